using System.Globalization;

namespace Sextant.Gpu.Cuda;

/// <summary>CUDA's numbers as typed errors that say what to do.</summary>
internal static class CudaErrors
{
    /// <summary>The error for a number, which the driver calls <paramref name="name"/>.</summary>
    public static DeviceException Of(int code, string name, string device, string call, long bytes = 0)
    {
        string what = string.Create(CultureInfo.InvariantCulture, $"{call} failed with {name} ({code})");
        return code switch
        {
            CudaNative.OutOfMemory
                => DeviceException.OutOfMemory(device, $"{what}: {bytes >> 20} MiB were asked for.", bytes),
            CudaNative.NoDevice or CudaNative.InvalidDevice
                => DeviceException.Unavailable(device, $"{what}. There is no such CUDA device here."),
            CudaNative.DeviceBusy
                => DeviceException.Unavailable(device, $"{what}. Another process has the device for itself."),
            CudaNative.StubLibrary => DeviceException.Unavailable(
                device, $"{what}. The library that was found is the toolkit's stand-in: put the driver's before it."),
            CudaNative.SystemNotReady => DeviceException.Unavailable(
                device, $"{what}. A service of the system is not running: machines with NVSwitch need NVIDIA's fabric "
                + "manager."),
            CudaNative.InsufficientDriver or CudaNative.SystemDriverMismatch or CudaNative.UnsupportedPtxVersion
                or CudaNative.NotCompatible
                => DeviceException.Unavailable(device, $"{what}. Install a newer NVIDIA driver."),
            CudaNative.JitCompilerNotFound or CudaNative.JitCompilationDisabled => DeviceException.Unavailable(
                device, $"{what}. The kernels are compiled by the driver's own compiler: install all of its libraries "
                + "(libnvidia-ptxjitcompiler), and do not set CUDA_DISABLE_PTX_JIT."),
            CudaNative.NoBinaryForGpu
                => DeviceException.Unavailable(device, $"{what}. Compute capability 7.0 or newer is needed."),
            CudaNative.NotInitialized or CudaNative.Deinitialized
                => DeviceException.Unavailable(device, $"{what}. The driver is shutting down or was not started."),
            CudaNative.OperatingSystem or CudaNative.Unknown when call == "cuInit" => DeviceException.Unavailable(
                device, $"{what}. The driver does not start: its kernel module is not loaded or not the one of this "
                + "library's version, or the process may not open /dev/nvidia* (nvidia-uvm among them, in a "
                + "container)."),
            _ when CudaNative.IsServerRefusal(code) => DeviceException.Unavailable(
                device, $"{what}. The server that lets processes share the device (MPS) does not take this one."),
            _ when CudaNative.IsLoss(code) => DeviceException.Lost(
                device, $"{what}. The device was reset or taken away, or a kernel was ended: load the model again, "
                + "in a new process, since this one's context is lost."),
            _ => DeviceException.CallFailed(
                device, $"{what}. This is a defect of the driver or of Sextant: please report it with this line.",
                code),
        };
    }
}
