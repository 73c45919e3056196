using Sextant.Gpu;
using Sextant.Gpu.OpenCl;
using static Sextant.Gpu.OpenCl.OpenClNative;

namespace Sextant.Measurement.Devices.Timing;

/// <summary>A queue that keeps times, and the event of each kernel.</summary>
internal sealed unsafe class TimedOpenClQueue : TimedQueue
{
    private readonly OpenClDriver _driver;
    private readonly OpenClQueue _queue;
    private readonly List<(GpuKernel Kernel, nint Done)> _started = [];

    public TimedOpenClQueue(OpenClDriver driver)
    {
        _driver = driver;
        _queue = new OpenClQueue(driver, (kernel, done) => _started.Add((kernel, done)));
    }

    protected override GpuQueue Inner => _queue;

    protected override double Take(GpuKernel? only)
    {
        ulong nanoseconds = 0;
        foreach ((GpuKernel kernel, nint done) in _started)
        {
            if (only is null || kernel == only)
                nanoseconds += Moment(done, ProfilingCommandEnd) - Moment(done, ProfilingCommandStart);
        }
        Release();
        return nanoseconds * 1e-9;
    }

    public override void Dispose()
    {
        base.Dispose();
        Release();
    }

    private ulong Moment(nint done, uint which)
    {
        ulong moment;
        OpenClErrors.Check(
            clGetEventProfilingInfo(done, which, sizeof(ulong), &moment, null), _driver.Name,
            "clGetEventProfilingInfo");
        return moment;
    }

    private void Release()
    {
        foreach ((_, nint done) in _started)
            _ = clReleaseEvent(done);
        _started.Clear();
    }
}
