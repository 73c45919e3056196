using System.Globalization;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Peaks;

/// <summary>
/// Ceilings that are measured in turns: every round visits all of them, every second round in reverse.
/// </summary>
internal sealed class PeakProbes(MeasureContext context)
{
    private readonly List<Probe> _probes = [];

    /// <summary>Adds one.</summary>
    /// <param name="id">Its row's.</param>
    /// <param name="labels">Its row's.</param>
    /// <param name="unit">Its row's.</param>
    /// <param name="repeat">The command line that measures it again, without the flags of the plan.</param>
    /// <param name="measure">Measures it once.</param>
    /// <param name="notes">What to know of it.</param>
    public void Add(
        string id, IReadOnlyList<KeyValuePair<string, string>> labels, string unit, string repeat, Func<double> measure,
        params string[] notes) => _probes.Add(new Probe(id, labels, unit, repeat, measure, notes));

    /// <summary>Measures all of them.</summary>
    public List<BenchRow> Measure()
    {
        context.Say(
            string.Create(CultureInfo.InvariantCulture, $"{_probes.Count} ceilings in {context.Plan.Rounds} rounds"));
        var samples = _probes.ConvertAll(_ => new double[context.Plan.Rounds]);
        foreach (Probe probe in _probes)
            probe.Measure();
        int firstRound = context.Calibrator.Rounds;
        for (int round = 0; round < context.Plan.Rounds; round++)
        {
            context.Calibrator.BeginRound();
            for (int turn = 0; turn < _probes.Count; turn++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                int i = round % 2 == 0 ? turn : _probes.Count - 1 - turn;
                context.Calibrator.Between();
                samples[i][round] = _probes[i].Measure();
            }
            context.Calibrator.EndRound();
        }
        return [.. _probes.Select((probe, i) => new BenchRow
        {
            Id = probe.Id,
            Part = "peak",
            Labels = probe.Labels,
            Unit = probe.Unit,
            Samples = samples[i],
            FirstRound = firstRound,
            Repeat = probe.Repeat + context.RepeatFlags,
            Notes = NoiseWatch.SpreadNote(samples[i]) is { } note ? [.. probe.Notes, note] : probe.Notes,
        })];
    }

    private sealed record Probe(
        string Id, IReadOnlyList<KeyValuePair<string, string>> Labels, string Unit, string Repeat, Func<double> Measure,
        string[] Notes);
}
