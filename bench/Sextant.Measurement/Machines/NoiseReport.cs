namespace Sextant.Measurement.Machines;

/// <summary>What disturbed a measurement.</summary>
/// <param name="OtherLoad">
/// Processors that other programs kept busy, on average; NaN where the system does not say.
/// </param>
/// <param name="Stolen">Share of the processors' time that the host gave to others; NaN likewise.</param>
/// <param name="LoadBefore">The system's load average before.</param>
/// <param name="ClockSpread">
/// (fastest − slowest) / fastest of the same arithmetic in the rounds; NaN for less than two.
/// </param>
/// <param name="Throttled">
/// Times that a processor lowered its clock because of heat; −1 where the system does not say.
/// </param>
/// <param name="Notes">The same in words, where it is enough to matter.</param>
internal sealed record NoiseReport(
    double OtherLoad, double Stolen, double LoadBefore, double ClockSpread, long Throttled,
    IReadOnlyList<string> Notes)
{
    /// <summary>
    /// Whether threads that were to stay on one processor did: false where the system refused it, null where none were.
    /// </summary>
    public bool? Pinned { get; init; }

    /// <summary>The processor that single threads stayed on; null where none did or a record does not say.</summary>
    public QuietProcessor? Chosen { get; init; }
}
