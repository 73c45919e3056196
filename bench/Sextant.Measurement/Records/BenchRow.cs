using System.Text.Json.Serialization;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Records;

/// <summary>One measured thing: a kernel at a shape, a model at a batch, an index with its queries.</summary>
internal sealed record BenchRow
{
    /// <summary>Names the same thing in every record: what <c>compare</c> matches.</summary>
    public required string Id { get; init; }

    /// <summary>peak, kernels, model or search.</summary>
    public required string Part { get; init; }

    /// <summary>What it is, for filters and tables: op, kernel, shape …, in a fixed order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; }

    /// <summary>Of the samples: s, or a rate such as GFLOP/s, GB/s, tokens/s, queries/s.</summary>
    public required string Unit { get; init; }

    public double Median => Quantile.Median(Samples);

    [JsonPropertyName("p10")]
    public double Low => Quantile.Of(Samples, 0.1);

    [JsonPropertyName("p90")]
    public double High => Quantile.Of(Samples, 0.9);

    /// <summary>One value a round.</summary>
    public required double[] Samples { get; init; }

    /// <summary>
    /// The first round of the record's calibration that the samples belong to, one to one; null where none does.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? FirstRound { get; init; }

    /// <summary>What goes with it, by the names of bench/RECORD.md.</summary>
    [JsonRequired]
    public IReadOnlyList<KeyValuePair<string, double>> Metrics { get; init; } = [];

    /// <summary>Whether every bit equals the reference's; null where that was not asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? BitEqual { get; init; }

    /// <summary>The command line that measures exactly this again.</summary>
    public required string Repeat { get; init; }

    [JsonRequired]
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Seconds are better when fewer, rates when higher.</summary>
    [JsonIgnore]
    public bool IsTime => Unit == "s";

    public string Label(string name) => Labels.FirstOrDefault(label => label.Key == name).Value ?? "";

    public double? Metric(string name)
    {
        foreach ((string key, double value) in Metrics)
        {
            if (key == name)
                return value;
        }
        return null;
    }
}
