using System.Globalization;
using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Gpu.Cuda;
using Sextant.Gpu.OpenCl;

namespace Sextant.Ilgpu;

/// <summary>
/// A device by its name: those of <see cref="DeviceChoice"/>, ilgpu:cuda, ilgpu:opencl (each with :N) and ilgpu:cpu,
/// and gpu for the first GPU that can be used; each but cpu also after "prefer:".
/// </summary>
public static class AnyDevice
{
    /// <summary>The names that are accepted, for messages.</summary>
    public const string Accepted =
        "cpu, cuda, opencl, ilgpu:cuda, ilgpu:opencl (each with :N), ilgpu:cpu, gpu; and prefer: with any but cpu";

    private const string Prefer = "prefer:";
    private const string Gpu = "gpu";

    // What stands for "gpu", in this order: the kernels that were written for a driver first.
    private static readonly string[] s_gpuKinds = ["cuda", "ilgpu:cuda", "opencl", "ilgpu:opencl"];

    /// <summary>Whether a name is one of <see cref="Accepted"/>; opens nothing.</summary>
    public static bool IsKnown(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return DeviceChoice.IsKnown(name) || WithoutPrefer(name) == Gpu || TryParse(name, out _, out _);
    }

    /// <summary>
    /// Opens the device of this name. "prefer:" takes the processor where the device cannot be used, and
    /// <see cref="Device.Fallback"/> then says why; without it, that is an error.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not one of <see cref="Accepted"/>.</exception>
    /// <exception cref="DeviceException">The device cannot be opened.</exception>
    public static Device Open(string name) => Open(name, out _);

    /// <summary>The same.</summary>
    /// <param name="name">What is wanted.</param>
    /// <param name="chosen">
    /// Which it is: the name itself, but for "gpu", which takes the first GPU that passes its checks of cuda,
    /// ilgpu:cuda, opencl and ilgpu:opencl. OpenCL devices that are processors are none.
    /// </param>
    /// <exception cref="ArgumentException">The name is not one of <see cref="Accepted"/>.</exception>
    /// <exception cref="DeviceException">The device cannot be opened.</exception>
    public static Device Open(string name, out string chosen)
    {
        ArgumentNullException.ThrowIfNull(name);
        chosen = WithoutPrefer(name);
        if (!IsKnown(name))
            throw new ArgumentException($"'{name}' is no device; accepted: {Accepted}.", nameof(name));
        if (DeviceChoice.IsKnown(name))
            return DeviceChoice.Open(name);
        try
        {
            if (chosen == Gpu)
                return OpenGpu(out chosen);
            _ = TryParse(name, out IlgpuKind kind, out int index);
            return IlgpuDevice.Open(kind, index);
        }
        catch (DeviceException problem) when (name.StartsWith(Prefer, StringComparison.Ordinal))
        {
            return Device.CpuInstead(problem.Message);
        }
    }

    /// <summary>
    /// Every device, opened once to see whether it can be used: those of <see cref="DeviceList"/>, and the same through
    /// ILGPU. A kind of which there is none has one entry that says why.
    /// </summary>
    public static IReadOnlyList<ListedDevice> All()
    {
        IReadOnlyList<ListedDevice> direct = DeviceList.All();
        return [.. direct, .. direct.Select(ThroughIlgpu), Cpu()];
    }

    private static ListedDevice ThroughIlgpu(ListedDevice device)
    {
        string choice = $"ilgpu:{device.Choice}";
        if (device.Name.Length == 0)
            return device with { Choice = choice };
        string driver = $"ILGPU {IlgpuContext.Version}, {device.Driver}";
        return Opened(device with { Choice = choice, Driver = driver });
    }

    private static ListedDevice Cpu() => Opened(new ListedDevice(
        "ilgpu:cpu", "ILGPU's processor accelerator (for tests: slow)",
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, $"ILGPU {IlgpuContext.Version}", "C#", [],
        null));

    private static ListedDevice Opened(ListedDevice listed)
    {
        try
        {
            using Device device = Open(listed.Choice);
            return listed with
            {
                Precisions = [.. Enum.GetValues<Precision>().Where(device.Supports)],
                FastNote = (device as GpuDevice)?.LoadFastNote(),
                Problem = null,
            };
        }
        catch (SextantException problem)
        {
            return listed with { Precisions = [], Problem = problem.Message };
        }
    }

    private static Device OpenGpu(out string chosen)
    {
        var problems = new List<string>();
        foreach (string kind in s_gpuKinds)
        {
            try
            {
                foreach (int index in Indices(kind))
                {
                    chosen = string.Create(CultureInfo.InvariantCulture, $"{kind}:{index}");
                    try
                    {
                        return Open(chosen);
                    }
                    catch (DeviceException problem)
                    {
                        problems.Add($"{chosen}: {problem.Message}");
                    }
                }
            }
            catch (DeviceException problem)
            {
                problems.Add($"{kind}: {problem.Message}");
            }
        }
        throw DeviceException.Unavailable(
            Gpu, problems.Count == 0 ? "there is none here." : $"none can be used. {string.Join(' ', problems)}");
    }

    private static int[] Indices(string kind) => kind.EndsWith("cuda", StringComparison.Ordinal)
        ? [.. CudaDeviceInfo.All().Select(info => info.Index)]
        : [.. OpenClDeviceInfo.All().Where(info => !info.IsProcessor).Select(info => info.Index)];

    private static string WithoutPrefer(string name) =>
        name.StartsWith(Prefer, StringComparison.Ordinal) ? name[Prefer.Length..] : name;

    private static bool TryParse(string name, out IlgpuKind kind, out int index)
    {
        string[] parts = WithoutPrefer(name).Split(':');
        index = 0;
        kind = parts.ElementAtOrDefault(1) switch
        {
            "cuda" => IlgpuKind.Cuda,
            "opencl" => IlgpuKind.OpenCl,
            _ => IlgpuKind.Cpu,
        };
        if (parts is ["ilgpu", "cpu"])
            return true;
        return parts is ["ilgpu", "cuda" or "opencl"]
            || (parts is ["ilgpu", "cuda" or "opencl", var number]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out index));
    }
}
