using Sextant.Backends;
using Sextant.Gpu.Cuda;
using Sextant.Gpu.OpenCl;

namespace Sextant.Gpu;

/// <summary>A device of this machine, or a driver that is not there.</summary>
/// <param name="Choice">The name that chooses it, as <see cref="DeviceChoice"/> takes it.</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="MemoryBytes">Its memory; 0 where nothing is known.</param>
/// <param name="Driver">The driver and its version.</param>
/// <param name="Version">What it supports: OpenCL's version, or CUDA's and the compute capability.</param>
/// <param name="Precisions">What it can compute in.</param>
/// <param name="Problem">Why it cannot be used; null where it can.</param>
public sealed record ListedDevice(
    string Choice, string Name, long MemoryBytes, string Driver, string Version, IReadOnlyList<Precision> Precisions,
    string? Problem)
{
    /// <summary>
    /// Which products fast mode takes, where the device has a choice, or why it cannot be loaded; else null.
    /// </summary>
    public string? FastNote { get; init; }
}

/// <summary>The devices of this machine.</summary>
public static class DeviceList
{
    /// <summary>
    /// Every CUDA and OpenCL device, opened once to see whether it can be used. A kind of which there is none has one
    /// entry that says why.
    /// </summary>
    public static IReadOnlyList<ListedDevice> All()
    {
        var all = new List<ListedDevice>();
        AddCuda(all);
        AddOpenCl(all);
        return all;
    }

    private static void AddCuda(List<ListedDevice> all)
    {
        try
        {
            CudaDeviceInfo[] devices = CudaDeviceInfo.All();
            foreach (CudaDeviceInfo info in devices)
            {
                string version = FormattableString.Invariant(
                    $"CUDA {info.DriverVersion / 1000}.{info.DriverVersion % 1000 / 10}, ")
                    + FormattableString.Invariant(
                        $"compute capability {info.Capability / 10}.{info.Capability % 10}");
                all.Add(Opened(
                    FormattableString.Invariant($"cuda:{info.Index}"), info.Name, info.Memory, "NVIDIA", version,
                    () => CudaDevice.Open(info.Index)));
            }
            if (devices.Length == 0)
                all.Add(Absent("cuda", "the driver knows no device."));
        }
        catch (DeviceException problem)
        {
            all.Add(Absent("cuda", problem.Message));
        }
    }

    private static void AddOpenCl(List<ListedDevice> all)
    {
        try
        {
            OpenClDeviceInfo[] devices = OpenClDeviceInfo.All();
            foreach (OpenClDeviceInfo info in devices)
            {
                all.Add(Opened(
                    FormattableString.Invariant($"opencl:{info.Index}"), info.Name, info.Memory,
                    $"{info.Platform} {info.DriverVersion}", info.Version, () => OpenClDevice.Open(info.Index)));
            }
            if (devices.Length == 0)
                all.Add(Absent("opencl", "no platform has a device."));
        }
        catch (DeviceException problem)
        {
            all.Add(Absent("opencl", problem.Message));
        }
    }

    private static ListedDevice Opened(
        string choice, string name, long memory, string driver, string version, Func<Device> open)
    {
        try
        {
            using Device device = open();
            Precision[] precisions = [.. Enum.GetValues<Precision>().Where(device.Supports)];
            return new ListedDevice(choice, name, memory, driver, version, precisions, null)
            {
                FastNote = (device as GpuDevice)?.LoadFastNote(),
            };
        }
        catch (SextantException problem)
        {
            return new ListedDevice(choice, name, memory, driver, version, [], problem.Message);
        }
    }

    private static ListedDevice Absent(string choice, string problem) => new(choice, "", 0, "", "", [], problem);
}
