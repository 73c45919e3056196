using Sextant.Gpu.Cuda;

namespace Sextant.Gpu;

/// <summary>
/// An NVIDIA GPU of compute capability 7.0 or newer, through its driver alone. Exact mode: the processor's own bits.
/// </summary>
/// <remarks>
/// Thread-safe. It may be disposed once models are loaded: each holds what it needs. The kernels are those that run and
/// are tested on OpenCL, compiled to PTX; this class and its driver calls have not run on a GPU yet
/// (kernels/gpu/README.md says what has). Fast mode needs compute capability 8.0 and a driver of CUDA 11.0 or newer.
/// </remarks>
public sealed class CudaDevice : GpuDevice
{
    private readonly CudaDriver _driver;

    private CudaDevice(CudaDriver driver)
        : base(driver) => _driver = driver;

    /// <summary>What computes.</summary>
    internal new CudaDriver Driver => _driver;

    /// <summary>
    /// Opens a device: has the driver compile the kernels, and checks that it computes as exact mode needs.
    /// </summary>
    /// <param name="index">As <c>sextant devices</c> lists them.</param>
    /// <exception cref="DeviceException">
    /// There is no driver, no such device, one of them is too old, or the device fails a check of its arithmetic.
    /// </exception>
    /// <exception cref="DeviceException">The driver does not compile the kernels.</exception>
    public static CudaDevice Open(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return Open(index, CudaDeviceInfo.All());
    }

    /// <summary>Opens one of a driver's devices.</summary>
    internal static CudaDevice Open(int index, CudaDeviceInfo[] all)
    {
        GpuDriver.RequireIndex("cuda", index, all.Length, "the driver knows no device.");
        if (all[index].Problem is { } problem)
            throw DeviceException.Unavailable(all[index].DisplayName, problem);
        var driver = new CudaDriver(all[index]);
        DeviceProbe.Require(driver);
        return new CudaDevice(driver);
    }
}
