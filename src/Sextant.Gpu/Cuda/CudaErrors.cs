using System.Globalization;
using System.Runtime.InteropServices;

namespace Sextant.Gpu.Cuda;

/// <summary>CUDA's numbers as typed errors that say what to do.</summary>
internal static unsafe class CudaErrors
{
    /// <summary>Throws unless a call succeeded.</summary>
    public static void Check(int code, string device, string call, long bytes = 0)
    {
        if (code != CudaNative.Success)
            throw Of(code, Name(code), device, call, bytes);
    }

    /// <summary>The error for a number, which the driver calls <paramref name="name"/>.</summary>
    public static DeviceException Of(int code, string name, string device, string call, long bytes = 0)
    {
        string what = string.Create(CultureInfo.InvariantCulture, $"{call} failed with {name} ({code})");
        return code switch
        {
            CudaNative.OutOfMemory
                => new DeviceMemoryException(device, $"{what}: {bytes >> 20} MiB were asked for.", bytes),
            CudaNative.NoDevice or CudaNative.InvalidDevice
                => new DeviceUnavailableException(device, $"{what}. There is no such CUDA device here."),
            CudaNative.InsufficientDriver or CudaNative.SystemDriverMismatch or CudaNative.UnsupportedPtxVersion
                => new DeviceUnavailableException(device, $"{what}. Install a newer NVIDIA driver."),
            CudaNative.NoBinaryForGpu
                => new DeviceUnavailableException(device, $"{what}. Compute capability 7.0 or newer is needed."),
            CudaNative.NotInitialized or CudaNative.Deinitialized
                => new DeviceUnavailableException(device, $"{what}. The driver is shutting down or was not started."),
            _ when CudaNative.IsLoss(code) => new DeviceLostException(
                device, $"{what}. The device was reset or taken away, or a kernel was ended: load the model again, "
                + "in a new process, since this one's context is lost."),
            _ => new DeviceCallException(
                device, $"{what}. This is a defect of the driver or of Sextant: please report it with this line.", code),
        };
    }

    /// <summary>What the driver calls a number.</summary>
    public static string Name(int code)
    {
        byte* name;
        return CudaNative.cuGetErrorName(code, &name) == CudaNative.Success
            ? Marshal.PtrToStringUTF8((nint)name) ?? "an error" : "an error";
    }
}
