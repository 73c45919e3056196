using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Evaluation;

namespace Sextant.Cli.Verbs;

/// <summary>Measures on retrieval sets what codes find of what float vectors find.</summary>
internal static class RecallRun
{
    public static void Measure(List<string> folders, EmbeddingModel model, Terminal terminal)
    {
        using var lines = new MetricLines(terminal);
        string[] names = folders.Count == 1 ? [""] : RetrievalRun.Names(folders);
        var sums = new Dictionary<string, double>();
        for (int i = 0; i < folders.Count; i++)
        {
            foreach (CodeRecallLine line in Measure(folders[i], names[i], model, terminal))
            {
                string name = FormattableString.Invariant($"recall@10:{line.Name}:{line.VectorBytes}B");
                lines.Write(names[i], name, line.RecallAt10);
                sums[name] = sums.GetValueOrDefault(name) + line.RecallAt10;
            }
        }
        foreach ((string name, double sum) in sums)
        {
            if (folders.Count > 1)
                lines.Write("mean", name, sum / folders.Count);
        }
    }

    private static IReadOnlyList<CodeRecallLine> Measure(
        string folder, string name, EmbeddingModel model, Terminal terminal)
    {
        LoadedSet loaded = RetrievalFolder.Read(folder, terminal);
        RetrievalRun.WarnOf(loaded, name, terminal);
        using var progress = new ProgressLine(
            terminal, name.Length == 0 ? "texts" : $"texts of {name}",
            (long)loaded.Set.Documents.Count + loaded.Set.Queries.Count);
        var unknown = new UnknownCount("texts");
        var run = new EmbeddingRun(model, progress, terminal.Cancellation) { Reported = unknown.Add };
        IReadOnlyList<CodeRecallLine> lines = CodeRecall.Measure(loaded.Set, run, terminal.Cancellation);
        progress.Dispose();
        MetricLines.WarnOfTruncation(terminal, name, run, model.MaxTokens);
        unknown.Warn(terminal, name);
        return lines;
    }
}
