using System.Numerics;
using Sextant.Gpu;
using Sextant.Ilgpu.Kernels;

namespace Sextant.Ilgpu;

/// <summary>
/// Whether what ILGPU and a driver make of a kernel computes as it is written, beyond what <see cref="DeviceProbe"/>
/// asks of every device: compared with this process, bit by bit.
/// </summary>
internal static unsafe class CompilerCheck
{
    private const int Cases = 1024;
    private const int Outputs = 8;

    private static readonly string[] s_checks =
    [
        "additions in their order", "multiplications in their order", "the sign of 0 - x", "the sign of x + 0",
        "comparisons with NaN", "maxima with NaN", "population count", "barriers over shared memory",
    ];

    /// <summary>Refuses a driver that fails a check, by the check's name, and lets it go.</summary>
    /// <exception cref="DeviceException">It fails one.</exception>
    public static void Require(IlgpuDriver driver)
    {
        try
        {
            if (FailedCheck(driver) is { } failed)
            {
                throw DeviceException.Unavailable(
                    driver.Name,
                    $"exact mode is not possible: what ILGPU {IlgpuContext.Version} and the driver make of a kernel "
                    + $"fails the check '{failed}'. Use another device.");
            }
        }
        catch
        {
            driver.Release();
            throw;
        }
    }

    /// <summary>
    /// Names the first check whose results are not what this process computes; null where there is none.
    /// </summary>
    internal static string? FirstDifference(float[] inputs, float[] found)
    {
        Span<float> expected = stackalloc float[Outputs];
        for (int i = 0; i < Cases; i++)
        {
            float a = inputs[2 * i], b = inputs[(2 * i) + 1];
            float first = a + 0.1f, product = a * 0.1f;
            expected[0] = first + 0.7f;
            expected[1] = product * 0.7f;
            expected[2] = 0f - a;
            expected[3] = a + 0f;
            expected[4] = (3f > a && !(a > b) ? 1f : 0f) + (!(a > b) ? 2f : 0f);
            expected[5] = -87f > a ? 1f : a > b ? a : b;
            expected[6] = BitOperations.PopCount(BitConverter.SingleToUInt32Bits(a) * 0x9E3779B97F4A7C15ul);
            expected[7] = inputs[2 * ((i & ~255) + 255 - (i & 255))];
            for (int check = 0; check < Outputs; check++)
            {
                float actual = found[(Outputs * i) + check];
                if (BitConverter.SingleToInt32Bits(expected[check]) != BitConverter.SingleToInt32Bits(actual)
                    && !(float.IsNaN(expected[check]) && float.IsNaN(actual)))
                {
                    return s_checks[check];
                }
            }
        }
        return null;
    }

    internal static float[] Inputs()
    {
        var random = new Random(23);
        float[] edges =
        [
            0f, -0f, 1f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-40f, -1e-40f, 3f, -87f, -88f,
        ];
        var inputs = new float[2 * Cases];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = random.Next(3) == 0 ? edges[random.Next(edges.Length)]
                : (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-20, 20)));
        }
        return inputs;
    }

    private static string? FailedCheck(IlgpuDriver driver)
    {
        float[] inputs = Inputs();
        var found = new float[Outputs * Cases];
        var space = new AddressSpace();
        using var workspace = new GpuWorkspace(driver, space);
        workspace.Reset(((inputs.Length + found.Length) * sizeof(float)) + 1024);
        nint from = workspace.Take(Cases, 2).Address, to = workspace.Take(Cases, Outputs).Address;
        nint handle = space[from].Handle;
        byte* staging = workspace.Queue.Staging(inputs.Length * sizeof(float));
        inputs.CopyTo(new Span<float>(staging, inputs.Length));
        workspace.Queue.Upload(handle, AddressSpace.Offset(from), staging, inputs.Length * sizeof(float));
        var launch = new KernelLaunch(GpuKernel.Probe, Cases / 256);
        launch.Add(space, from, sizeof(float));
        launch.Add(Cases);
        launch.Add(space, to, sizeof(float));
        using IlgpuLauncher launcher = driver.Build(IlgpuKernel.Of<ProbeArguments>(256, CompilerProbe.Run));
        ((IlgpuQueue)workspace.Queue).Launch(launcher, in launch);
        fixed (float* destination = found)
        {
            workspace.Queue.Download(
                handle, AddressSpace.Offset(to), destination, found.Length * sizeof(float));
        }
        return FirstDifference(inputs, found);
    }
}
