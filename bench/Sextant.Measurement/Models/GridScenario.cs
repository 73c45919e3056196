using System.Globalization;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Sampling;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Models;

/// <summary>Batches of equal sequences, the copies of the model taking turns, against the machine's roofline.</summary>
internal sealed class GridScenario(MeasureContext context, ModelChoice choice, ModelRows rows)
{
    private static readonly (int Sequences, int Tokens)[] s_quickGrid = [(1, 8), (1, 32), (1, 128), (16, 32)];
    private static readonly (int Sequences, int Tokens)[] s_grid =
        [(1, 8), (1, 16), (1, 32), (1, 128), (1, 512), (8, 32), (32, 128), (128, 32)];

    private Roofline? _roofline;

    private Roofline Ceiling => _roofline ??= Roofline.Measure(context.Machine, context.IsQuick ? 0.03 : 0.15);

    /// <summary>The scenario's name in a row.</summary>
    public const string Name = "Grid";

    /// <summary>Sequences × tokens of the batches that are measured unless others are asked for.</summary>
    public static IReadOnlyList<(int Sequences, int Tokens)> Batches(bool quick) => quick ? s_quickGrid : s_grid;

    /// <summary>What a batch is called in a row.</summary>
    public static KeyValuePair<string, string>[] Labels(int sequences, int tokens) =>
        [new("batch", ModelRows.Text(sequences)), new("tokens", ModelRows.Text(tokens))];

    /// <exception cref="InvalidChoiceException">A batch that was asked for is longer than the model reads.</exception>
    public void Measure(ModelRun run)
    {
        (int Sequences, int Tokens)[] grid = Fitting(run);
        var subjects = Array.ConvertAll(grid, cell => new PassSubject(
            run.Copies, ModelInputs.Sequences(cell.Sequences, cell.Tokens, run.Model.Card.VocabularySize)));
        context.Say(string.Create(
            CultureInfo.InvariantCulture, $"{run.Shape.Name}: {grid.Length} batches in {context.Plan.Rounds} rounds"));
        using var counter = new WorkCounter(run, choice.On.Device);
        Samples[] samples = context.Sampler.Measure(subjects);
        for (int i = 0; i < grid.Length; i++)
        {
            (double flops, double bytes) = counter.Count(subjects[i].Batch);
            List<KeyValuePair<string, double>> metrics =
            [
                new("tokens_per_second", subjects[i].Tokens / samples[i].Median),
                new("texts_per_second", grid[i].Sequences / samples[i].Median),
                new("gflops", flops / samples[i].Median / 1e9),
            ];
            if (choice.On.IsProcessor)
                metrics.Add(new("roofline", Share(samples[i], flops, bytes, run.Threads)));
            metrics.Add(new("bytes_allocated", samples[i].BytesAllocated));
            rows.Add(run, new ScenarioResult(
                Name, Labels(grid[i].Sequences, grid[i].Tokens), samples[i].Rounds, samples[i].FirstRound)
            {
                Metrics = metrics,
                IsStable = samples[i].IsStable,
                IsWritten = subjects[i].IsWritten(),
                Repeat = FormattableString.Invariant($" --grid {grid[i].Sequences}x{grid[i].Tokens}"),
            });
        }
    }

    // Each round against the clock of that round.
    private double Share(Samples samples, double flops, double bytes, int threads)
    {
        double[] arithmetic = context.Calibrator.Arithmetic(samples.FirstRound);
        return Quantile.Median([.. samples.Rounds.Select((seconds, round) =>
            Ceiling.MinSeconds(flops, bytes, long.MaxValue, arithmetic[round] * threads) / seconds)]);
    }

    // Batches that the model reads: one that was asked for is refused, a usual one is left out, and that is said.
    private (int Sequences, int Tokens)[] Fitting(ModelRun run)
    {
        int most = run.Model.MaxTokens;
        if (choice.Grid.Count == 0)
        {
            IReadOnlyList<(int Sequences, int Tokens)> usual = Batches(context.IsQuick);
            foreach ((int sequences, int tokens) in usual.Where(cell => cell.Tokens > most))
                context.Say($"{run.Shape.Name} reads {most} tokens; {sequences}x{tokens} is left out");
            return [.. usual.Where(cell => cell.Tokens <= most)];
        }
        foreach ((int sequences, int tokens) in choice.Grid.Where(cell => cell.Tokens > most))
        {
            throw new InvalidChoiceException(
                $"--grid has {sequences}x{tokens}, but {run.Shape.Name} reads {most} tokens");
        }
        return [.. choice.Grid];
    }
}
