using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Sampling;

/// <summary>What was measured of one subject.</summary>
/// <param name="Rounds">Seconds a run, one value for each round.</param>
/// <param name="IsStable">Whether the warm-up ended because the time no longer changed.</param>
/// <param name="BytesAllocated">Bytes that a run allocated on its thread, in the last round.</param>
/// <param name="FirstRound">The first of the rounds among those of the calibration.</param>
internal sealed record Samples(double[] Rounds, bool IsStable, double BytesAllocated, int FirstRound)
{
    public double Median => Quantile.Median(Rounds);
}
