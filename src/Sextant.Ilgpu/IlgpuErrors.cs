using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Sextant.Gpu.OpenCl;

namespace Sextant.Ilgpu;

/// <summary>ILGPU's exceptions as typed errors that say what to do.</summary>
internal static class IlgpuErrors
{
    // ILGPU hands on what CUDA's driver says: the name of an error, or its text.
    private static readonly string[] s_lost =
    [
        "ILLEGAL_ADDRESS", "illegal memory access", "LAUNCH_FAILED", "launch failure", "LAUNCH_TIMEOUT", "timed out",
        "ECC_UNCORRECTABLE", "uncorrectable ECC",
    ];

    /// <summary>Whether an exception is one that a device or its driver causes.</summary>
    public static bool IsOfDevice(Exception problem) => problem is AcceleratorException or OutOfMemoryException;

    /// <param name="problem">What ILGPU threw.</param>
    /// <param name="device">Whose.</param>
    /// <param name="call">What was tried.</param>
    /// <param name="bytes">How much memory was asked for.</param>
    public static DeviceException Of(Exception problem, string device, string call, long bytes = 0)
    {
        if (problem is CLException openCl)
            return OpenClErrors.Of((int)openCl.Error, device, call, bytes);
        string what = $"{call} failed: {problem.Message.TrimEnd('.')}";
        string error = (problem as CudaException)?.Error ?? "";
        if (problem is OutOfMemoryException || error.Contains("OUT_OF_MEMORY", StringComparison.OrdinalIgnoreCase)
            || error.Contains("out of memory", StringComparison.OrdinalIgnoreCase))
        {
            return DeviceException.OutOfMemory(device, $"{what}: {bytes >> 20} MiB were asked for.", bytes, problem);
        }
        if (s_lost.Any(name => error.Contains(name, StringComparison.OrdinalIgnoreCase)))
        {
            return DeviceException.Lost(
                device, $"{what}. The device was reset, or its driver is at fault: load the model again.", problem);
        }
        return DeviceException.CallFailed(
            device, $"{what}. This is a defect of the driver, of ILGPU or of Sextant: please report it with this line.",
            0, problem);
    }
}
