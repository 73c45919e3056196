using System.Globalization;
using Sextant.Measurement.Sampling;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Models;

/// <summary>
/// Many texts of mixed lengths: all at once (Offline), and arriving at random moments at shares of the rate that this
/// shows (Server).
/// </summary>
internal sealed class OfflineScenario(MeasureContext context, ModelChoice choice, ModelRows rows)
{
    public void Measure(ModelRun run)
    {
        TokenSequence[] texts = ModelInputs.Mixed(
            context.IsQuick ? 64 : 256, Math.Min(128, run.Model.MaxTokens), run.Model.Card.VocabularySize);
        var offline = new PassSubject(run.Copies, texts);
        context.Say($"{run.Shape.Name}: offline and server");
        Samples samples = context.Sampler.Measure([offline])[0];
        double rate = texts.Length / samples.Median;
        if (choice.Wants("Offline"))
        {
            rows.Add(run, new ScenarioResult(
                "Offline", [new("batch", ModelRows.Text(texts.Length)), new("tokens", "mixed")], samples.Rounds,
                samples.FirstRound)
            {
                Metrics =
                [
                    new("tokens_per_second", offline.Tokens / samples.Median), new("texts_per_second", rate),
                    new("bytes_allocated", samples.BytesAllocated),
                ],
                IsStable = samples.IsStable,
                IsWritten = offline.IsWritten(),
            });
        }
        if (!choice.Wants("Server"))
            return;
        var server = new ArrivingTexts(run.Model, texts);
        foreach (double load in context.IsQuick ? new[] { 0.4, 0.7 } : [0.2, 0.4, 0.6, 0.8, 0.9])
            Serve(run, server, load, load * rate);
    }

    private void Serve(ModelRun run, ArrivingTexts server, double load, double rate)
    {
        var all = new List<double>();
        var rounds = new double[context.Plan.Rounds];
        int firstRound = context.Calibrator.Rounds;
        for (int round = 0; round < rounds.Length; round++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            context.Calibrator.BeginRound();
            List<double> latencies = server.Run(rate, context.IsQuick ? 0.2 : 1.0, round);
            rounds[round] = Quantile.Median([.. latencies]);
            all.AddRange(latencies);
            context.Calibrator.EndRound();
        }
        bool held = Quantile.Of([.. all], 0.99) <= choice.LatencyBoundSeconds;
        rows.Add(run, new ScenarioResult(
            "Server", [new("load", load.ToString("0.0", CultureInfo.InvariantCulture)), new("tokens", "mixed")], rounds,
            firstRound)
        {
            Metrics = [.. ModelRows.Latencies(all), new("texts_per_second", rate)],
            Note = string.Create(
                CultureInfo.InvariantCulture,
                $"{(held ? "keeps" : "MISSES")} p99 ≤ {choice.LatencyBoundSeconds * 1e3:0} ms"),
        });
    }
}
