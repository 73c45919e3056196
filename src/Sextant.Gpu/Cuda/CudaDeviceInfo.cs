using System.Runtime.InteropServices;
using static Sextant.Gpu.Cuda.CudaNative;

namespace Sextant.Gpu.Cuda;

/// <summary>What the driver says of a device.</summary>
internal sealed unsafe record CudaDeviceInfo(CudaApi Api, int Id, int Index)
{
    public required string Name { get; init; }

    public required long Memory { get; init; }

    /// <summary>The newest CUDA that the driver knows: 12.4 is 12040.</summary>
    public required int DriverVersion { get; init; }

    /// <summary>Compute capability: 9.0 is 90.</summary>
    public required int Capability { get; init; }

    public required int Units { get; init; }

    /// <summary>
    /// Whether it has tensor cores for bf16, and a driver that knows PTX 7.0, which came with CUDA 11.
    /// </summary>
    public bool HasFast => Capability >= 80 && DriverVersion >= 11000;

    /// <summary>
    /// Whether it has the products of warpgroups: instructions of compute capability 9.0, which no other has. They are
    /// in PTX 8.0, which came with CUDA 12.
    /// </summary>
    public bool HasWide => Capability == 90 && DriverVersion >= 12000;

    /// <summary>Whether its driver makes graphs of kernels as they are made here.</summary>
    public bool HasGraphs => DriverVersion >= 11040;

    /// <summary>Why it cannot be used; null where nothing speaks against it.</summary>
    public string? Problem => Capability >= 70 ? null
        : FormattableString.Invariant(
            $"its compute capability is {Capability / 10}.{Capability % 10}; 7.0 or newer is needed.");

    public string DisplayName => FormattableString.Invariant($"CUDA device {Index} ({Name})");

    /// <summary>All devices, in the driver's order.</summary>
    /// <exception cref="DeviceException">There is no driver, or it cannot be used.</exception>
    public static CudaDeviceInfo[] All()
    {
        const string Device = "CUDA";
        if (!NativeLibraries.TryLoad(NativeLibraries.Cuda))
        {
            throw DeviceException.Unavailable(Device,
                $"there is no {NativeLibraries.Files(NativeLibraries.Cuda)[0]} on this machine. Install NVIDIA's "
                + "driver; the CUDA toolkit is not needed.");
        }
        return All(CudaApi.Driver);
    }

    /// <summary>The same, of a driver that is there.</summary>
    public static CudaDeviceInfo[] All(CudaApi api)
    {
        const string Device = "CUDA";
        api.Check(api.Init(0), Device, "cuInit");
        int version, count;
        api.Check(api.DriverGetVersion(&version), Device, "cuDriverGetVersion");
        // PTX 6.0 came with CUDA 9.
        if (version < 9000)
        {
            throw DeviceException.Unavailable(
                Device, FormattableString.Invariant(
                    $"the driver knows CUDA {version / 1000}.{version % 1000 / 10}; 9.0 or newer ")
                + "is needed. Install a newer NVIDIA driver.");
        }
        api.Check(api.DeviceGetCount(&count), Device, "cuDeviceGetCount");
        var all = new CudaDeviceInfo[count];
        for (int i = 0; i < count; i++)
            all[i] = Read(api, i, version);
        return all;
    }

    private static CudaDeviceInfo Read(CudaApi api, int index, int version)
    {
        string device = FormattableString.Invariant($"cuda:{index}");
        int id;
        api.Check(api.DeviceGet(&id, index), device, "cuDeviceGet");
        byte* name = stackalloc byte[256];
        api.Check(api.DeviceGetName(name, 256, id), device, "cuDeviceGetName");
        nuint memory;
        api.Check(api.DeviceTotalMem(&memory, id), device, "cuDeviceTotalMem");
        return new CudaDeviceInfo(api, id, index)
        {
            Name = Marshal.PtrToStringUTF8((nint)name) ?? "",
            Memory = (long)memory,
            DriverVersion = version,
            Capability = (10 * Attribute(api, id, AttributeMajor, device))
                + Attribute(api, id, AttributeMinor, device),
            Units = Attribute(api, id, AttributeMultiprocessorCount, device),
        };
    }

    private static int Attribute(CudaApi api, int id, int attribute, string device)
    {
        int value;
        api.Check(api.DeviceGetAttribute(&value, attribute, id), device, "cuDeviceGetAttribute");
        return value;
    }
}
