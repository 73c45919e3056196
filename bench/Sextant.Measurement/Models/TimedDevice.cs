using Sextant.Backends;

namespace Sextant.Measurement.Models;

/// <summary>What one op of a backend came to since the last reset.</summary>
internal sealed class OpTime
{
    /// <summary>Stopwatch ticks.</summary>
    public long Ticks { get; set; }

    /// <summary>Operations of the matrix products and the attention, an fma counting two.</summary>
    public double Flops { get; set; }

    /// <summary>Bytes of weights that were read.</summary>
    public double WeightBytes { get; set; }
}

/// <summary>A device whose backends say where the time goes.</summary>
/// <param name="inner">What computes.</param>
internal sealed class TimedDevice(Device inner) : Device(inner.Name)
{
    /// <summary>By the backend's method, in the order of the first call.</summary>
    public Dictionary<string, OpTime> Ops { get; } = [];

    public override bool Supports(Precision precision) => inner.Supports(precision);

    internal override Precision Resolve(Precision precision) => inner.Resolve(precision);

    internal override Backend CreateBackend(Precision precision, int? threads) =>
        new ObservedBackend(inner.CreateBackend(precision, threads), Count, waits: inner is not CpuDevice);

    /// <summary>Forgets what was counted.</summary>
    public void Reset() => Ops.Clear();

    private void Count(OpCall call)
    {
        if (!Ops.TryGetValue(call.Op, out OpTime? time))
            Ops.Add(call.Op, time = new OpTime());
        time.Ticks += call.Ticks;
        time.Flops += call.Flops;
        time.WeightBytes += call.WeightBytes;
    }
}
