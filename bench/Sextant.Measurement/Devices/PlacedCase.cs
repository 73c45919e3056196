using Sextant.Backends;
using Sextant.Gpu;
using Sextant.Measurement.Devices.Timing;
using Sextant.Measurement.Sampling;

namespace Sextant.Measurement.Devices;

/// <summary>A case on a backend, to be timed: by the wall's clock, or by the device's own.</summary>
internal sealed class PlacedCase : Subject
{
    private const int MaxCopies = 16;
    private const long MaxCopyBytes = 64 << 20;

    private readonly Backend _backend;
    private readonly Workspace _workspace;
    private readonly Placement _placement;
    private readonly Action _op;

    /// <summary>Places a case; the backend is its to dispose.</summary>
    /// <param name="one">The case.</param>
    /// <param name="backend">Where; on a <see cref="TimedDriver"/>, the device's own clock counts.</param>
    public PlacedCase(BackendCase one, Backend backend)
    {
        _backend = backend;
        _workspace = backend.CreateWorkspace();
        int copies = one.ElementsInPlace == 0
            ? 0 : (int)Math.Clamp(MaxCopyBytes / (one.ElementsInPlace * sizeof(float)), 1, MaxCopies);
        _placement = new Placement(one, backend, _workspace, copies);
        RunsPerRefresh = copies == 0 ? int.MaxValue : copies;
        _op = one.Place(_placement);
    }

    public override int RunsPerRefresh { get; }

    // Waiting for a queue costs tens of microseconds.
    public override double MinSliceSeconds => 1e-3;

    private GpuQueue? Queue => (_workspace as GpuWorkspace)?.Queue;

    public override void Refresh()
    {
        _placement.Refresh();
        if (Queue is TimedQueue timed)
            timed.TakeSeconds();
        else
            Queue?.Finish();
    }

    public override void Run()
    {
        _op();
        _placement.Next();
    }

    public override void Wait() => Queue?.Finish();

    public override double OwnSeconds() => Queue is TimedQueue timed ? timed.TakeSeconds() : double.NaN;

    /// <summary>Runs once on fresh inputs, with the output poisoned before, and returns what was written.</summary>
    public float[] Result()
    {
        _placement.Poison();
        Refresh();
        Run();
        var values = new float[_placement.Output.Rows * _placement.Output.Columns];
        _backend.Download(_placement.Output, values);
        return values;
    }

    public override void Dispose()
    {
        _workspace.Dispose();
        _backend.Dispose();
    }
}
