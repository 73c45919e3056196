using Sextant.Gpu.OpenCl;

namespace Sextant.Gpu;

/// <summary>An OpenCL device, 1.2 or newer. Exact mode: the bits are the processor's own.</summary>
/// <remarks>
/// Thread-safe. It may be disposed once models are loaded: each holds what it needs. OpenCL has no words for tensor
/// cores, so that no device has fast mode.
/// </remarks>
public sealed class OpenClDevice : GpuDevice
{
    private OpenClDevice(OpenClDriver driver)
        : base(driver)
    {
    }

    /// <summary>
    /// Opens a device: builds the kernels (or takes them from the cache) and checks that it computes as exact mode
    /// needs.
    /// </summary>
    /// <param name="index">Counted over all platforms, as <c>sextant devices</c> lists them.</param>
    /// <exception cref="DeviceException">
    /// There is no OpenCL, no such device, its driver is too old, or it fails a check of its arithmetic.
    /// </exception>
    /// <exception cref="DeviceException">Its driver does not build the kernels.</exception>
    public static OpenClDevice Open(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return Open(index, static info => new OpenClDriver(info));
    }

    /// <summary>Opens a device with a driver of the caller's choice.</summary>
    internal static OpenClDevice Open(int index, Func<OpenClDeviceInfo, OpenClDriver> create)
    {
        // A driver starts when it is first asked, and not every driver minds that two threads ask at once.
        lock (OpenClDeviceInfo.Starting)
        {
            OpenClDeviceInfo[] all = OpenClDeviceInfo.All();
            GpuDriver.RequireIndex(
                "opencl", index, all.Length, "OpenCL has no device here. Install the driver of the device.");
            OpenClDeviceInfo info = all[index];
            if (info.Problem is { } problem)
                throw DeviceException.Unavailable(info.DisplayName, problem);
            OpenClDriver driver = create(info);
            DeviceProbe.Require(driver);
            return new OpenClDevice(driver);
        }
    }
}
