using System.Text.Json.Serialization;

namespace Sextant.Measurement.Machines;

/// <summary>What disturbed a measurement, and the machine itself round by round.</summary>
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
    [property: JsonPropertyOrder(1)] IReadOnlyList<string> Notes)
{
    /// <summary>
    /// Whether threads that were to stay on one processor did: false where the system refused it, null where none were.
    /// </summary>
    public bool? Pinned { get; init; }

    /// <summary>The processor that single threads stayed on; null where none did or a record does not say.</summary>
    [JsonIgnore]
    public QuietProcessor? Chosen { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Processor
    {
        get => Chosen?.Processor;
        init => Chosen = value is { } processor ? new QuietProcessor(processor, double.NaN) : Chosen;
    }

    // After the processor, as in a record.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ProcessorLoad
    {
        get => Chosen?.Load;
        init => Chosen = Chosen is { } chosen && value is { } load ? chosen with { Load = load } : Chosen;
    }

    /// <summary>The machine itself, round by round, the same loops on every build.</summary>
    [JsonIgnore]
    public Calibration Calibration { get; init; } = new();

    // The ceilings under their keys in a record; all but two may be absent there.
    [JsonRequired]
    public IReadOnlyList<double> ArithmeticGflops
    {
        get => Calibration[Ceiling.Arithmetic];
        init => Calibration.Add(Ceiling.Arithmetic, value);
    }

    public IReadOnlyList<double> IssuingGops
    {
        get => Calibration[Ceiling.Issuing];
        init => Calibration.Add(Ceiling.Issuing, value);
    }

    public IReadOnlyList<double> SecondCacheGbs
    {
        get => Calibration[Ceiling.SecondCache];
        init => Calibration.Add(Ceiling.SecondCache, value);
    }

    public IReadOnlyList<double> LastCacheGbs
    {
        get => Calibration[Ceiling.LastCache];
        init => Calibration.Add(Ceiling.LastCache, value);
    }

    [JsonRequired]
    public IReadOnlyList<double> ReadingGbs
    {
        get => Calibration[Ceiling.Reading];
        init => Calibration.Add(Ceiling.Reading, value);
    }

    public IReadOnlyList<double> RunningShare
    {
        get => Calibration[Ceiling.Running];
        init => Calibration.Add(Ceiling.Running, value);
    }
}
