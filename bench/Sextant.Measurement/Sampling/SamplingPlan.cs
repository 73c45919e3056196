namespace Sextant.Measurement.Sampling;

/// <summary>How often and how long.</summary>
/// <param name="Rounds">
/// Separate rounds; each gives one sample of every subject. At least <see cref="MinRounds"/>.
/// </param>
/// <param name="BlockSeconds">How long a subject is timed in a round (one run at least).</param>
/// <param name="WarmUpSeconds">How long a subject is warmed up at most, before its time must be stable.</param>
internal sealed record SamplingPlan(int Rounds, double BlockSeconds, double WarmUpSeconds)
{
    /// <summary>Fewer rounds say nothing about their spread.</summary>
    public const int MinRounds = 7;

    public static readonly SamplingPlan Full = new(9, 0.05, 0.6);
    public static readonly SamplingPlan Quick = new(MinRounds, 0.008, 0.08);
}
