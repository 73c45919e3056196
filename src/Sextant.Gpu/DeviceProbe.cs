namespace Sextant.Gpu;

/// <summary>
/// Whether a device computes as kernels/NUMERICS.md needs it: fused multiply-add, multiplication and addition with two
/// roundings, division, square root, denormals, the signs of zeros. Compared with this process, bit by bit.
/// </summary>
internal static unsafe class DeviceProbe
{
    private const int Outputs = 6;
    private const int RandomCases = 4096;

    private static readonly string[] s_checks =
        ["fused multiply-add", "multiplication then addition", "division", "square root", "addition", "multiplication"];

    /// <summary>Refuses a device that fails a check, by the check's name, and lets its driver go.</summary>
    /// <exception cref="DeviceException">It fails one.</exception>
    public static void Require(GpuDriver driver)
    {
        try
        {
            if (FailedCheck(driver) is { } failed)
            {
                throw DeviceException.Unavailable(
                    driver.Name,
                    $"exact mode is not possible: the device fails the check '{failed}'. Use another device.");
            }
        }
        catch
        {
            driver.Release();
            throw;
        }
    }

    /// <summary>The first check that fails, or null.</summary>
    public static string? FailedCheck(GpuDriver driver)
    {
        (float A, float B, float C, string? Name)[] cases = Cases();
        var space = new AddressSpace();
        using var workspace = new GpuWorkspace(driver, space);
        long inputBytes = cases.Length * 3L * sizeof(float);
        workspace.Reset(inputBytes + cases.Length * (long)Outputs * sizeof(float) + 256);
        nint inputs = workspace.Take(cases.Length, 3).Address;
        nint outputs = workspace.Take(cases.Length, Outputs).Address;
        float* staging = (float*)workspace.Queue.Staging(inputBytes);
        for (int i = 0; i < cases.Length; i++)
            (staging[3 * i], staging[3 * i + 1], staging[3 * i + 2]) = (cases[i].A, cases[i].B, cases[i].C);
        nint handle = space[inputs].Handle;
        workspace.Queue.Upload(handle, AddressSpace.Offset(inputs), (byte*)staging, inputBytes);
        var launch = new KernelLaunch(GpuKernel.Probe, (cases.Length + 255) / 256);
        launch.Add(space, inputs, sizeof(float));
        launch.Add(cases.Length);
        launch.Add(space, outputs, sizeof(float));
        workspace.Queue.Launch(ref launch);
        var found = new float[cases.Length * Outputs];
        fixed (float* to = found)
            workspace.Queue.Download(handle, AddressSpace.Offset(outputs), to, found.Length * sizeof(float));
        return FirstDifference(cases, found);
    }

    /// <summary>Names the first check whose results are not what this process computes.</summary>
    internal static string? FirstDifference((float A, float B, float C, string? Name)[] cases, float[] found)
    {
        Span<float> expected = stackalloc float[Outputs];
        for (int i = 0; i < cases.Length; i++)
        {
            (float a, float b, float c, string? name) = cases[i];
            expected[0] = MathF.FusedMultiplyAdd(a, b, c);
            float product = a * b;
            expected[1] = product + c;
            expected[2] = a / b;
            expected[3] = MathF.Sqrt(a);
            expected[4] = a + b;
            expected[5] = product;
            for (int check = 0; check < Outputs; check++)
            {
                float actual = found[(i * Outputs) + check];
                if (BitConverter.SingleToInt32Bits(expected[check]) != BitConverter.SingleToInt32Bits(actual)
                    && !(float.IsNaN(expected[check]) && float.IsNaN(actual)))
                {
                    return name is null ? s_checks[check] : $"{name} ({s_checks[check]})";
                }
            }
        }
        return null;
    }

    internal static (float A, float B, float C, string? Name)[] Cases()
    {
        var random = new Random(17);
        var cases = new List<(float, float, float, string?)>();
        for (int i = 0; i < RandomCases; i++)
            cases.Add((Value(random, 20), Value(random, 20), Value(random, 20), null));
        // A product that fma keeps and two roundings lose.
        for (int i = 0; i < 64; i++)
        {
            float a = 1f + random.NextSingle(), b = 1f + random.NextSingle();
            cases.Add((a, b, -(a * b), null));
        }
        float[] zeros = [0f, -0f, 1f, -1f];
        foreach (float a in zeros)
        {
            foreach (float b in zeros)
            {
                foreach (float c in zeros)
                    cases.Add((a, b, c, "zero signs"));
            }
        }
        for (int i = 0; i < 256; i++)
            cases.Add((Value(random, 20) * 1e-38f, Value(random, 2) * 1e-3f, Value(random, 20) * 1e-40f, "denormals"));
        return [.. cases];
    }

    private static float Value(Random random, int exponents) =>
        (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-exponents, exponents)));
}
