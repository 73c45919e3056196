using System.Globalization;
using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Gpu.Cuda;
using Sextant.Gpu.OpenCl;
using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Devices;

/// <summary>What computes in a measurement.</summary>
/// <param name="Name">As rows call it, the same for all names of one device: cpu, cuda:0, opencl:1.</param>
/// <param name="Device">The device.</param>
/// <param name="Description">As a record calls it: what it is, and its driver.</param>
internal sealed record BenchDevice(string Name, Device Device, string Description)
{
    private const string Ilgpu = "ilgpu:";

    /// <summary>The processor.</summary>
    public static BenchDevice Processor => Of("cpu", Device.Cpu);

    /// <summary>Whether this process's own kernels compute.</summary>
    public bool IsProcessor => Device is CpuDevice;

    /// <summary>A device by the name that opened it; where the processor took its place, the processor.</summary>
    public static BenchDevice Of(string choice, Device device)
    {
        if (device is CpuDevice)
            return new BenchDevice("cpu", device, $"cpu: {MachineFacts.ProcessorName()}");
        string name = choice[(choice.LastIndexOf("prefer:", StringComparison.Ordinal) < 0 ? 0 : "prefer:".Length)..];
        string through = name.StartsWith(Ilgpu, StringComparison.Ordinal) ? Ilgpu : "";
        if (name == Ilgpu + "cpu")
            return new BenchDevice(name, device, device.Name);
        string[] parts = name[through.Length..].Split(':');
        int index = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        string driver = parts[0] == "cuda" ? Cuda(index) : OpenCl(index);
        return new BenchDevice(
            string.Create(CultureInfo.InvariantCulture, $"{through}{parts[0]}:{index}"), device,
            $"{device.Name}, {driver}");
    }

    /// <summary>
    /// What the device reaches at all. Through ILGPU it is what the kernels of kernels/gpu reach on the same device.
    /// </summary>
    /// <exception cref="InvalidChoiceException">There are no such kernels for it.</exception>
    public DeviceCeilings Ceilings()
    {
        if (!Name.StartsWith(Ilgpu, StringComparison.Ordinal))
            return new DeviceCeilings(Device);
        if (Name == Ilgpu + "cpu")
            throw new InvalidChoiceException($"{Name} runs kernels for tests: there is nothing to measure it by");
        using Device direct = DeviceChoice.Open(Name[Ilgpu.Length..]);
        return new DeviceCeilings(direct);
    }

    private static string Cuda(int index)
    {
        CudaDeviceInfo info = CudaDeviceInfo.All()[index];
        return string.Create(CultureInfo.InvariantCulture,
            $"driver for CUDA {info.DriverVersion / 1000}.{info.DriverVersion % 1000 / 10}, ")
            + string.Create(CultureInfo.InvariantCulture,
                $"compute capability {info.Capability / 10}.{info.Capability % 10}");
    }

    private static string OpenCl(int index)
    {
        OpenClDeviceInfo info = OpenClDeviceInfo.All()[index];
        return $"{info.Platform} {info.DriverVersion}";
    }
}
