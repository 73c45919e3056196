using System.Runtime.InteropServices;
using static Sextant.Gpu.Cuda.CudaNative;

namespace Sextant.Gpu.Cuda;

/// <summary>What the driver says of a device.</summary>
internal sealed unsafe record CudaDeviceInfo(int Id, int Index)
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

    /// <summary>Why it cannot be used; null where nothing speaks against it.</summary>
    public string? Problem => Capability >= 70 ? null
        : FormattableString.Invariant(
            $"its compute capability is {Capability / 10}.{Capability % 10}; 7.0 or newer is needed.");

    public string DisplayName => FormattableString.Invariant($"CUDA device {Index} ({Name})");

    /// <summary>All devices, in the driver's order.</summary>
    /// <exception cref="DeviceUnavailableException">There is no driver, or it cannot be used.</exception>
    public static CudaDeviceInfo[] All()
    {
        const string Device = "CUDA";
        if (!NativeLibraries.TryLoad(NativeLibraries.Cuda))
        {
            throw new DeviceUnavailableException(Device,
                $"there is no {NativeLibraries.Files(NativeLibraries.Cuda)[0]} on this machine. Install NVIDIA's driver; "
                + "the CUDA toolkit is not needed.");
        }
        CudaErrors.Check(cuInit(0), Device, "cuInit");
        int version, count;
        CudaErrors.Check(cuDriverGetVersion(&version), Device, "cuDriverGetVersion");
        // PTX 6.0 came with CUDA 9.
        if (version < 9000)
        {
            throw new DeviceUnavailableException(
                Device, FormattableString.Invariant(
                    $"the driver knows CUDA {version / 1000}.{version % 1000 / 10}; 9.0 or newer ")
                + "is needed. Install a newer NVIDIA driver.");
        }
        CudaErrors.Check(cuDeviceGetCount(&count), Device, "cuDeviceGetCount");
        var all = new CudaDeviceInfo[count];
        for (int i = 0; i < count; i++)
            all[i] = Read(i, version);
        return all;
    }

    private static CudaDeviceInfo Read(int index, int version)
    {
        string device = FormattableString.Invariant($"cuda:{index}");
        int id;
        CudaErrors.Check(cuDeviceGet(&id, index), device, "cuDeviceGet");
        byte* name = stackalloc byte[256];
        CudaErrors.Check(cuDeviceGetName(name, 256, id), device, "cuDeviceGetName");
        nuint memory;
        CudaErrors.Check(cuDeviceTotalMem(&memory, id), device, "cuDeviceTotalMem");
        return new CudaDeviceInfo(id, index)
        {
            Name = Marshal.PtrToStringUTF8((nint)name) ?? "",
            Memory = (long)memory,
            DriverVersion = version,
            Capability = (10 * Attribute(id, AttributeMajor, device)) + Attribute(id, AttributeMinor, device),
            Units = Attribute(id, AttributeMultiprocessorCount, device),
        };
    }

    private static int Attribute(int id, int attribute, string device)
    {
        int value;
        CudaErrors.Check(cuDeviceGetAttribute(&value, attribute, id), device, "cuDeviceGetAttribute");
        return value;
    }
}
