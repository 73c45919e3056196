using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Evaluation;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary>Measures one way of ranking on retrieval sets, and writes each set's lines when it is done.</summary>
/// <param name="model">Null for BM25 alone.</param>
/// <param name="binary">Whether to compare signs.</param>
/// <param name="rescored">How many of the best by signs to order by their float vectors.</param>
/// <param name="fuses">Whether to fuse with BM25 by reciprocal ranks.</param>
/// <param name="weight">What vectors weigh beside BM25's scores; null: not fused by scores.</param>
/// <param name="analyzer">What BM25 takes texts apart by.</param>
/// <param name="query">The queries' prompt, if not the model's own.</param>
/// <param name="terminal">Where to write.</param>
internal sealed class RetrievalRun(
    EmbeddingModel? model, bool binary, int rescored, bool fuses, float? weight, TermAnalyzer analyzer, Prompt? query,
    Terminal terminal)
{
    public void Measure(List<string> folders)
    {
        using var lines = new MetricLines(terminal);
        string[] names = folders.Count == 1 ? [""] : Names(folders);
        double gains = 0, recalls = 0;
        for (int i = 0; i < folders.Count; i++)
        {
            RetrievalResult result = Measure(folders[i], names[i]);
            Write(lines, names[i], result.NdcgAt10, result.RecallAt100);
            (gains, recalls) = (gains + result.NdcgAt10, recalls + result.RecallAt100);
        }
        if (folders.Count > 1)
            Write(lines, "mean", gains / folders.Count, recalls / folders.Count);
    }

    /// <summary>The folders' own names, or the whole paths where those would not tell them apart.</summary>
    internal static string[] Names(List<string> folders)
    {
        string[] names = [.. folders.Select(folder => Path.GetFileName(Path.GetFullPath(folder).TrimEnd('/', '\\')))];
        bool isClear = names.Distinct().Count() == names.Length && !names.Contains("mean") && !names.Contains("");
        return [.. (isClear ? names : [.. folders]).Select(TerminalText.OneLine)];
    }

    private static void Write(MetricLines lines, string name, double gain, double recall)
    {
        lines.Write(name, "ndcg@10", gain);
        lines.Write(name, "recall@100", recall);
    }

    private RetrievalResult Measure(string folder, string name)
    {
        LoadedSet loaded = RetrievalFolder.Read(folder, terminal);
        WarnOf(loaded, name);
        using Ranker ranker = Ranker(loaded.Set, name);
        return RetrievalEvaluation.Measure(loaded.Set, ranker, terminal.Cancellation);
    }

    private Ranker Ranker(RetrievalSet set, string name)
    {
        if (model is null)
            return new Bm25Ranker(set, analyzer, terminal.Cancellation);
        string what = name.Length == 0 ? "texts" : $"texts of {name}";
        using var progress = new ProgressLine(terminal, what, (long)set.Documents.Count + set.Queries.Count);
        var unknown = new UnknownCount("texts");
        var run = new EmbeddingRun(model, progress, terminal.Cancellation) { Reported = unknown.Add };
        Ranker ranker = binary ? new SignRanker(set, run, rescored, query) : new VectorRanker(set, run, query);
        progress.Dispose();
        MetricLines.WarnOfTruncation(terminal, name, run, model.MaxTokens);
        unknown.Warn(terminal, name);
        if (!fuses && weight is null)
            return ranker;
        var words = new Bm25Ranker(set, analyzer, terminal.Cancellation);
        return weight is { } similarity
            ? new HybridRanker(ranker, words, set.Documents.Count, similarity)
            : new FusedRanker(ranker, words, set.Documents.Count);
    }

    private void WarnOf(LoadedSet loaded, string name) => WarnOf(loaded, name, terminal);

    /// <summary>Says what of a set is left out.</summary>
    internal static void WarnOf(LoadedSet loaded, string name, Terminal terminal)
    {
        RetrievalSet set = loaded.Set;
        Note("queries left out, since no document is judged for them", set.UnjudgedQueries);
        Note("queries left out, since no document is relevant for them", set.FruitlessQueries);
        Note("judgements of documents that are not in the corpus, which count as not found", loaded.MissingDocuments);
        Note("judgements of queries that queries.jsonl does not have, which do not count", loaded.MissingQueries);

        void Note(string what, int count)
        {
            if (count > 0)
                MetricLines.Note(terminal, name, FormattableString.Invariant($"warning: {what}: {count}"));
        }
    }
}
