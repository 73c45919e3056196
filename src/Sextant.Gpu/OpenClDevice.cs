using Sextant.Backends;
using Sextant.Gpu.OpenCl;

namespace Sextant.Gpu;

/// <summary>An OpenCL device, 1.2 or newer. Exact mode: the bits are the processor's own.</summary>
/// <remarks>Thread-safe. It may be disposed once models are loaded: each holds what it needs.</remarks>
public sealed class OpenClDevice : Device
{
    private readonly OpenClDriver _driver;
    private int _disposed;

    private OpenClDevice(OpenClDriver driver)
        : base(driver.Name) => _driver = driver;

    /// <summary>What computes.</summary>
    internal GpuDriver Driver => _driver;

    /// <summary>
    /// Opens a device: builds the kernels (or takes them from the cache) and checks that it computes as exact mode
    /// needs.
    /// </summary>
    /// <param name="index">Counted over all platforms, as <c>sextant devices</c> lists them.</param>
    /// <exception cref="DeviceUnavailableException">
    /// There is no OpenCL, no such device, its driver is too old, or it fails a check of its arithmetic.
    /// </exception>
    /// <exception cref="DeviceBuildException">Its driver does not build the kernels.</exception>
    public static OpenClDevice Open(int index = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return Open(index, null, long.MaxValue);
    }

    /// <inheritdoc/>
    /// <remarks>OpenCL has no words for tensor cores, so that no device has fast mode.</remarks>
    public override bool Supports(Precision precision) => precision switch
    {
        Precision.Exact => true,
        Precision.Fast => _driver.HasFast,
        _ => false,
    };

    /// <summary>Opens a device with one of the two kinds of kernels, and with a limit to its memory.</summary>
    internal static OpenClDevice Open(
        int index, bool? asProcessor, long memoryLimit, FastEmulation fast = FastEmulation.None, bool wide = false)
    {
        // A driver starts when it is first asked, and not every driver minds that two threads ask at once.
        lock (OpenClDeviceInfo.Starting)
        {
            OpenClDeviceInfo[] all = OpenClDeviceInfo.All();
            GpuDriver.RequireIndex(
                "opencl", index, all.Length, "OpenCL has no device here. Install the driver of the device.");
            OpenClDeviceInfo info = all[index];
            if (info.Problem is { } problem)
                throw new DeviceUnavailableException(info.DisplayName, problem);
            var driver = new OpenClDriver(info, asProcessor ?? info.IsProcessor, memoryLimit, fast, wide);
            DeviceProbe.Require(driver);
            return new OpenClDevice(driver);
        }
    }

    internal override Backend CreateBackend(Precision precision, int? threads)
    {
        Require(precision);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return precision == Precision.Exact ? new GpuBackend(_driver.Hold()) : new GpuFastBackend(_driver.Hold());
    }

    private protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _driver.Release();
    }
}
