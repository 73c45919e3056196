using Sextant.Gpu;

namespace Sextant.Measurement.Devices.Timing;

/// <summary>A driver whose queues tell how long their kernels ran: all else is the other driver's.</summary>
/// <param name="inner">The other driver, held until this is released for the last time.</param>
internal sealed class TimedDriver(GpuDriver inner) : GpuDriver
{
    private readonly GpuDriver _inner = inner.Hold();

    public override string Name => _inner.Name;

    public override bool IsProcessor => _inner.IsProcessor;

    public override bool HasVectors => _inner.HasVectors;

    public override int Units => _inner.Units;

    public override bool HasDoubles => _inner.HasDoubles;

    public override long LargestBlock => _inner.LargestBlock;

    public override bool HasFast => _inner.HasFast;

    public override bool HasWide => _inner.HasWide;

    public override string? FastNote => _inner.FastNote;

    public override int TokensPerBatch => _inner.TokensPerBatch;

    public override double WorkBetweenLooks => _inner.WorkBetweenLooks;

    public override void LoadFast() => _inner.LoadFast();

    public override ProductTile ExactTile(int rows, int outputs, int inputs) =>
        _inner.ExactTile(rows, outputs, inputs);

    public override nint Allocate(long bytes) => _inner.Allocate(bytes);

    public override void Free(nint handle) => _inner.Free(handle);

    /// <summary>The queue that was created last; null before the first.</summary>
    public TimedQueue? Latest { get; private set; }

    public override GpuQueue CreateQueue() => Latest = TimedQueue.On(_inner);

    protected override void Close() => _inner.Release();
}
