using System.Diagnostics;

namespace Sextant.Measurement.Models;

/// <summary>Which op takes which share of the time of one text's pass.</summary>
internal sealed class OpsScenario(MeasureContext context, ModelChoice choice, ModelRows rows)
{
    public void Measure(ModelRun run)
    {
        int tokens = Math.Min(128, run.Model.MaxTokens);
        var device = new TimedDevice(choice.On.Device);
        using EmbeddingModel model = run.Shape.Load(device, run.Precision, run.Threads);
        TokenSequence[] batch = ModelInputs.Sequences(1, tokens, model.Card.VocabularySize);
        var vectors = new float[model.Dimensions];
        for (int i = 0; i < 3; i++)
            model.EmbedTokens(batch, vectors);
        int passes = context.IsQuick ? 3 : 10;
        var rounds = new List<Dictionary<string, double>>();
        int firstRound = context.Calibrator.Rounds;
        for (int round = 0; round < context.Plan.Rounds; round++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Calibrator.BeginRound();
            device.Reset();
            for (int i = 0; i < passes; i++)
                model.EmbedTokens(batch, vectors);
            rounds.Add(
                device.Ops.ToDictionary(op => op.Key, op => op.Value.Ticks / (double)Stopwatch.Frequency / passes));
            context.Calibrator.EndRound();
        }
        double whole = rounds.Average(round => round.Values.Sum());
        foreach (string op in rounds[0].Keys)
        {
            double[] samples = [.. rounds.Select(round => Math.Max(round[op], 1e-9))];
            rows.Add(run, new ScenarioResult(
                "Ops", [new("op", op), new("batch", "1"), new("tokens", ModelRows.Text(tokens))], samples, firstRound)
            {
                Metrics = [new("share", samples.Average() / whole)],
            });
        }
    }
}
