using Sextant.Gpu;
using Sextant.Gpu.Cuda;

namespace Sextant.Measurement.Devices.Timing;

/// <summary>Events around each kernel, which are used again.</summary>
internal sealed unsafe class TimedCudaQueue(CudaDriver driver) : TimedQueue
{
    private readonly CudaQueue _queue = new(driver);
    private readonly CudaApi _api = driver.Api;
    private readonly List<GpuKernel> _started = [];
    private readonly List<nint> _events = []; // two for each kernel that was started, and some to come

    protected override GpuQueue Inner => _queue;

    public override void Launch(ref readonly KernelLaunch launch)
    {
        driver.Use();
        Mark(2 * _started.Count);
        _queue.Launch(in launch);
        Mark(2 * _started.Count + 1);
        _started.Add(launch.Kernel);
    }

    protected override double Take(GpuKernel? only)
    {
        double seconds = 0;
        for (int i = 0; i < _started.Count; i++)
        {
            if (only is { } kernel && kernel != _started[i])
                continue;
            float milliseconds;
            _api.Check(
                _api.EventElapsedTime(&milliseconds, _events[2 * i], _events[2 * i + 1]), driver.Name,
                "cuEventElapsedTime");
            seconds += milliseconds * 1e-3;
        }
        _started.Clear();
        return seconds;
    }

    public override void Dispose()
    {
        // A device that is lost has taken its events along.
        if (driver.TryUse())
            _events.ForEach(one => _ = _api.EventDestroy(one));
        base.Dispose();
    }

    private void Mark(int index)
    {
        if (index == _events.Count)
        {
            nint created;
            _api.Check(_api.EventCreate(&created, 0), driver.Name, "cuEventCreate");
            _events.Add(created);
        }
        _api.Check(_api.EventRecord(_events[index], _queue.Stream), driver.Name, "cuEventRecord");
    }
}
