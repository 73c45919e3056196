using ILGPU.Runtime;
using Sextant.Gpu;
using Sextant.Ilgpu;

namespace Sextant.Measurement.Devices.Timing;

/// <summary>ILGPU's markers around each kernel.</summary>
internal sealed class TimedIlgpuQueue(IlgpuDriver driver) : TimedQueue
{
    private readonly IlgpuQueue _queue = new(driver);
    private readonly List<(GpuKernel Kernel, ProfilingMarker From, ProfilingMarker To)> _started = [];

    protected override GpuQueue Inner => _queue;

    public override void Launch(ref readonly KernelLaunch launch)
    {
        driver.Bind();
        ProfilingMarker from = _queue.Stream.AddProfilingMarker();
        _queue.Launch(in launch);
        _started.Add((launch.Kernel, from, _queue.Stream.AddProfilingMarker()));
    }

    protected override double Take(GpuKernel? only)
    {
        double seconds = 0;
        foreach ((GpuKernel kernel, ProfilingMarker from, ProfilingMarker to) in _started)
        {
            if (only is null || kernel == only)
                seconds += to.MeasureFrom(from).TotalSeconds;
        }
        Release();
        return seconds;
    }

    public override void Dispose()
    {
        _queue.Finish();
        Release();
        base.Dispose();
    }

    private void Release()
    {
        foreach ((_, ProfilingMarker from, ProfilingMarker to) in _started)
        {
            from.Dispose();
            to.Dispose();
        }
        _started.Clear();
    }
}
