using Sextant.Backends;

namespace Sextant.Gpu;

/// <summary>A device with memory of its own: what CUDA, OpenCL and ILGPU open.</summary>
/// <remarks>Thread-safe. It may be disposed once models are loaded: each holds what it needs.</remarks>
public abstract class GpuDevice : Device
{
    private readonly GpuDriver _driver;
    private int _disposed;

    internal GpuDevice(GpuDriver driver)
        : base(driver.Name) => _driver = driver;

    /// <summary>What computes.</summary>
    internal GpuDriver Driver => _driver;

    /// <inheritdoc/>
    public override bool Supports(Precision precision) => precision switch
    {
        Precision.Exact => true,
        Precision.Fast => _driver.HasFast,
        _ => false,
    };

    internal override Backend CreateBackend(Precision precision, int? threads)
    {
        Require(precision);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (precision == Precision.Exact)
            return new GpuBackend(_driver.Hold());
        _driver.LoadFast();
        return new GpuFastBackend(_driver.Hold());
    }

    /// <summary>
    /// Which products fast mode takes, or why it cannot be loaded; null where there is nothing to say.
    /// </summary>
    internal string? LoadFastNote()
    {
        if (!_driver.HasFast)
            return null;
        try
        {
            _driver.LoadFast();
            return _driver.FastNote;
        }
        catch (DeviceException problem)
        {
            return $"cannot be used: {problem.Message}";
        }
    }

    private protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            _driver.Release();
    }
}
