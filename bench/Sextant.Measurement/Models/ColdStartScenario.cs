using Sextant.Backends;

namespace Sextant.Measurement.Models;

/// <summary>A new process, from its start to its first vector, again and again.</summary>
internal sealed class ColdStartScenario(MeasureContext context, ModelChoice choice, ModelRows rows)
{
    public void Measure(LoadedShape shape, Precision precision, (string File, IReadOnlyList<string> Arguments) self)
    {
        context.Say($"{shape.Name}: {context.Plan.Rounds} cold starts");
        string[] flags = [.. shape.Flags, "--device", choice.On.Name, "--precision", ModelRows.Text(precision)];
        var starts = new ColdStart[context.Plan.Rounds];
        int firstRound = context.Calibrator.Rounds;
        for (int round = 0; round < starts.Length; round++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Calibrator.BeginRound();
            starts[round] = ColdStart.Measure(self, flags);
            context.Calibrator.EndRound();
        }
        context.Noise.ChildSeconds += starts.Sum(start => start.ProcessorSeconds);
        int threads = Environment.ProcessorCount;
        using EmbeddingModel model = shape.Load(choice.On.Device, precision, threads);
        List<KeyValuePair<string, double>> memory =
        [
            new("host_bytes", starts.Average(start => start.HostBytes)),
            new("device_bytes", choice.On.IsProcessor ? 0 : model.Card.PackedBytes),
        ];
        var run = new ModelRun(shape, precision, threads, [], default);
        Phase("process", start => start.Started, []);
        Phase("load", start => start.Loaded - start.Started, []);
        Phase("first vector", start => start.First - start.Loaded, []);
        Phase("all", start => start.First, memory, "the files are in the system's cache");

        void Phase(
            string name, Func<ColdStart, double> seconds, List<KeyValuePair<string, double>> metrics,
            string? note = null) =>
            rows.Add(run, new ScenarioResult(
                "ColdStart", [new("phase", name)], [.. starts.Select(start => Math.Max(1e-6, seconds(start)))],
                firstRound)
            {
                Metrics = metrics,
                Note = note,
            });
    }
}
