using System.Diagnostics;
using System.Globalization;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Models;

/// <summary>
/// One query after the other, each timed: 1 text (SingleStream), or MLPerf's 8 (MultiStream). The lengths take turns,
/// every second round in reverse, so that a slow minute of the machine falls on all of them.
/// </summary>
internal sealed class StreamScenario(MeasureContext context, ModelRows rows)
{
    public void Measure(ModelRun run, string scenario, int texts, int[] lengths)
    {
        lengths = [.. lengths.Where(tokens => tokens <= run.Model.MaxTokens && (!context.IsQuick || tokens <= 128))];
        PassSubject[] subjects = Array.ConvertAll(lengths, tokens => new PassSubject(
            run.Copies, ModelInputs.Sequences(texts, tokens, run.Model.Card.VocabularySize)));
        foreach (PassSubject subject in subjects)
        {
            for (int i = 0; i < 2 * run.Copies.Length; i++)
                subject.Run();
        }
        context.Say(string.Create(
            CultureInfo.InvariantCulture, $"{run.Shape.Name}: {scenario} in {context.Plan.Rounds} rounds"));
        List<double>[] all = Array.ConvertAll(lengths, _ => new List<double>());
        double[][] rounds = Array.ConvertAll(lengths, _ => new double[context.Plan.Rounds]);
        int firstRound = context.Calibrator.Rounds;
        for (int round = 0; round < context.Plan.Rounds; round++)
        {
            context.Calibrator.BeginRound();
            for (int turn = 0; turn < lengths.Length; turn++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                context.Calibrator.Between();
                int i = round % 2 == 0 ? turn : lengths.Length - 1 - turn;
                double[] latencies = OneByOne(subjects[i]);
                rounds[i][round] = Quantile.Median(latencies);
                all[i].AddRange(latencies);
            }
            context.Calibrator.EndRound();
        }
        for (int i = 0; i < lengths.Length; i++)
        {
            rows.Add(run, new ScenarioResult(
                scenario, [new("batch", ModelRows.Text(texts)), new("tokens", ModelRows.Text(lengths[i]))], rounds[i],
                firstRound)
            {
                Metrics =
                [
                    .. ModelRows.Latencies(all[i]), new("texts_per_second", texts / Quantile.Median(rounds[i])),
                    .. run.Parity.Metrics,
                ],
                IsWritten = subjects[i].IsWritten(),
                BitEqual = run.Parity.BitEqual,
            });
        }
    }

    // Seconds of each of some queries, three at least.
    private double[] OneByOne(PassSubject subject)
    {
        var latencies = new List<double>();
        double seconds = context.IsQuick ? 0.03 : 0.3;
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            subject.Run();
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds || latencies.Count < 3);
        return [.. latencies];
    }
}
