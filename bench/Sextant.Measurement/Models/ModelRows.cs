using System.Globalization;
using Sextant.Backends;
using Sextant.Measurement.Devices;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Records;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Models;

/// <summary>What a scenario measured of a model at one setting: all of its row but the model's own name.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Labels">The setting.</param>
/// <param name="Samples">Seconds, one value a round.</param>
/// <param name="FirstRound">The first of the rounds among those of the calibration; null: of no calibration.</param>
internal sealed record ScenarioResult(
    string Scenario, IReadOnlyList<KeyValuePair<string, string>> Labels, double[] Samples, int? FirstRound)
{
    public IReadOnlyList<KeyValuePair<string, double>> Metrics { get; init; } = [];

    /// <summary>Whether the warm-up ended because the time no longer changed.</summary>
    public bool IsStable { get; init; } = true;

    /// <summary>Whether every vector was written.</summary>
    public bool IsWritten { get; init; } = true;

    public bool? BitEqual { get; init; }

    /// <summary>Flags that a repeating command line needs besides the scenario's name.</summary>
    public string Repeat { get; init; } = "";

    /// <summary>What else to know.</summary>
    public string? Note { get; init; }
}

/// <summary>The rows of the part 'model'.</summary>
internal sealed class ModelRows(MeasureContext context, BenchDevice on)
{
    /// <summary>The rows so far.</summary>
    public List<BenchRow> All { get; } = [];

    /// <summary>Adds the row of a scenario's result.</summary>
    public void Add(ModelRun run, ScenarioResult result)
    {
        var notes = new List<string>();
        if (!result.IsWritten)
            notes.Add("WRONG: a vector was not written");
        if (result.Note is { } note)
            notes.Add(note);
        if (!result.IsStable)
            notes.Add("the warm-up ended before the time was stable");
        if (NoiseWatch.SpreadNote(result.Samples) is { } noisy)
            notes.Add(noisy);
        string precision = Text(run.Precision), threads = Text(run.Threads);
        All.Add(new BenchRow
        {
            Id = Id(on, run, result.Scenario, result.Labels),
            Part = "model",
            Labels =
            [
                new("scenario", result.Scenario), new("shape", run.Shape.Name), .. result.Labels,
                new("device", on.Name), new("precision", precision), new("threads", threads),
            ],
            Unit = "s",
            Samples = result.Samples,
            FirstRound = result.FirstRound,
            Metrics = result.Metrics,
            BitEqual = result.BitEqual,
            Repeat = $"sextant bench model {run.Shape.Typed} --device {on.Name} --precision {precision} "
                + $"--threads {threads} --scenario {result.Scenario}{result.Repeat}{context.RepeatFlags}",
            Notes = notes,
        });
    }

    /// <summary>What the row of a scenario at a setting is called.</summary>
    public static string Id(
        BenchDevice on, ModelRun run, string scenario, IReadOnlyList<KeyValuePair<string, string>> setting) =>
        $"model/{run.Shape.Name}/{on.Name}/{Text(run.Precision)}/{Text(run.Threads)}/{scenario}"
            + string.Concat(setting.Select(label => "/" + label.Value));

    /// <summary>The quantiles of single latencies, as metrics.</summary>
    public static IEnumerable<KeyValuePair<string, double>> Latencies(List<double> all)
    {
        double[] sorted = [.. all.Order()];
        return
        [
            new("p50_seconds", Quantile.OfSorted(sorted, 0.5)),
            new("p90_seconds", Quantile.OfSorted(sorted, 0.9)),
            new("p99_seconds", Quantile.OfSorted(sorted, 0.99)),
        ];
    }

    /// <summary>As ids and flags write it.</summary>
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>As ids and flags write it.</summary>
    public static string Text(Precision precision) => precision.Word();
}
