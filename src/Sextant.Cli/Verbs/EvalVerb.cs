using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Evaluation;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant eval</c>: how good a model is, on sets that people have judged.</summary>
internal sealed class EvalVerb : Verb
{
    private static readonly Flag Similarity = new(
        "--sts", "FILE",
        "Pairs of sentences with scores: columns sentence1, sentence2, score, named by the first line or in this "
            + "order; comma-separated with quoted fields, or with tabs if the file ends in .tsv.");
    private static readonly Flag Retrieval = new(
        "--retrieval", "DIR",
        "A retrieval set in BEIR's layout: corpus.jsonl (_id, title, text), queries.jsonl (_id, text), qrels/test.tsv "
            + "(query-id, corpus-id, score); may be given again.", Repeats: true);
    private static readonly Flag Codes = new(
        "--codes", "KIND",
        "float32, or binary: the signs of the values, compared by Hamming distance. Default: float32.");
    private static readonly Flag Rescore = new(
        "--rescore", "N",
        "With binary codes: order the best N by the dot product of the float vectors. Default: none.");
    private static readonly Flag Bm25 = new("--bm25", "", "Measure BM25 alone, the baseline; no model is loaded.");
    private static readonly Flag Ranking = new(
        "--ranking", "R",
        "dense: vectors alone; hybrid: vectors and BM25 as 'search' fuses them; bm25: the same as --bm25. "
            + "Default: dense.");
    private static readonly Flag Weight = new(
        "--weight", "W", "What vectors weigh in a hybrid ranking, from 0 to 1. Default: as the model says, or 0.5.");
    private static readonly Flag Fusions = new(
        "--fusions", "",
        "Instead: nDCG@10 of four forms of fusion at all weights, and each set's with the weight that is best on the "
            + "others; two sets or more.");
    private static readonly Flag Fuse = new(
        "--fuse", "RANKING", "bm25: fuse the model's ranking with BM25's, by reciprocal ranks with constant 60.");

    private static readonly Flag Recall = new(
        "--recall", "",
        "Instead: of the 10 documents that the float vectors find for a query, the share that codes find too: "
            + "'recall@10:CODE:BYTES V' for every code, with the bytes that a vector takes.");

    public override string Name => "eval";

    public override string Summary => "Measures a model on judged sets: similarity or retrieval.";

    public override string Usage => "--sts FILE | --retrieval DIR [--retrieval DIR …] [flags]";

    public override string Details =>
        "Prints 'spearman V' for --sts; 'ndcg@10 V' and 'recall@100 V' for --retrieval. V is a fraction with four "
        + "decimals. Of several sets, each line begins with the set's name, and the means come last, with the name "
        + "mean. A document is its title, a space and its text. "
        + "Queries and documents get the model's prompts for them; --prompt is the queries', and of --sts all texts'. "
        + "nDCG's gain is the grade; queries without a relevant "
        + "document are left out, and counted. BM25: Lucene's form with k1 0.9 and b 0.4 over the terms of "
        + "--language; no stop words.";

    public override Flag[] Flags =>
    [
        Similarity, Retrieval, Ranking, RankingFlags.Language, Weight, Fusions, Recall, Codes, Rescore, Bm25, Fuse,
        ModelFlags.Model, ModelFlags.Dimensions,
        ModelFlags.Layers,
        ModelFlags.Pooling, ModelFlags.Attention, ModelFlags.Prompt, ModelFlags.Threads,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant eval --sts stsb-test.csv", "Spearman's correlation with the scores that people gave."),
        ("sextant eval --retrieval cranfield --retrieval npl --dimensions 128",
            "Two sets and their mean, on short vectors."),
        ("sextant eval --retrieval cranfield --recall", "What binary, multi-bit and 8-bit codes cost in recall."),
        ("sextant eval --retrieval cranfield --retrieval npl --ranking hybrid", "Vectors and BM25, as 'search' ranks."),
        ("sextant eval --retrieval cranfield --bm25", "What a model has to beat."),
        ("sextant eval --retrieval cranfield --codes binary --rescore 200 --fuse bm25",
            "Codes of one bit a value, the best 200 rescored, fused with BM25."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        CheckFlags(arguments);
        EmbeddingOptions options = ModelFlags.Options(arguments);
        bool binary = arguments.Choice(Codes, "float32", "binary") == "binary";
        bool fuses = arguments.Choice(Fuse, "bm25") is not null;
        int? rescored = arguments.Number(Rescore, 1, 10_000_000);
        if (rescored is not null && !binary)
            throw new WrongUsageException("--rescore is for binary codes; give --codes binary");
        if (arguments.Text(Similarity) is { } file)
            return MeasureSimilarity(SimilarityFile.Read(file, terminal), binary, arguments, options, terminal);

        List<string> folders = arguments.All(Retrieval);
        folders.ForEach(RetrievalFolder.Require);
        if (arguments.Has(Recall))
        {
            using EmbeddingModel exact = ModelFlags.Load(arguments, options);
            RecallRun.Measure(folders, exact, terminal);
            return Tool.Ok;
        }
        TermAnalyzer analyzer = RankingFlags.AnalyzerOf(arguments);
        string ranking = arguments.Choice(Ranking, "dense", "hybrid", "bm25") ?? "dense";
        using EmbeddingModel? model =
            arguments.Has(Bm25) || ranking == "bm25" ? null : ModelFlags.Load(arguments, options);
        if (arguments.Has(Fusions))
        {
            FusionRun.Measure(folders, model!, analyzer, ModelFlags.PromptOf(arguments), terminal);
            return Tool.Ok;
        }
        float? weight = ranking == "hybrid" ? arguments.Fraction(Weight, 0, 1) ?? HybridWeight.Of(model!) : null;
        new RetrievalRun(
            model, binary, rescored ?? 0, fuses, weight, analyzer, ModelFlags.PromptOf(arguments), terminal)
            .Measure(folders);
        return Tool.Ok;
    }

    private static int MeasureSimilarity(
        List<SimilarityPair> pairs, bool binary, ArgumentValues arguments, EmbeddingOptions options, Terminal terminal)
    {
        using EmbeddingModel model = ModelFlags.Load(arguments, options);
        double spearman;
        using (var progress = new ProgressLine(terminal, "texts", 2L * pairs.Count))
        {
            var unknown = new UnknownCount("texts");
            var run = new EmbeddingRun(model, progress, terminal.Cancellation) { Reported = unknown.Add };
            spearman = binary
                ? SimilarityEvaluation.SpearmanOfSigns(pairs, run)
                : SimilarityEvaluation.Spearman(pairs, run);
            progress.Dispose();
            MetricLines.WarnOfTruncation(terminal, "", run, model.MaxTokens);
            unknown.Warn(terminal);
        }
        if (double.IsNaN(spearman))
            throw new InputException("the model finds all pairs equally similar, so there is no order to compare.");
        using var lines = new MetricLines(terminal);
        lines.Write("", "spearman", spearman);
        return Tool.Ok;
    }

    private static void CheckFlags(ArgumentValues arguments)
    {
        if (arguments.Texts.Count > 0)
            throw new WrongUsageException($"eval reads what flags name; '{arguments.Texts[0]}' is not accepted here");
        if (arguments.Has(Similarity) == arguments.Has(Retrieval))
        {
            throw new WrongUsageException(arguments.Has(Similarity)
                ? "--sts and --retrieval are both given; each has measures of its own"
                : "measured on what? give --sts FILE or --retrieval DIR");
        }
        foreach (Flag flag in (Flag[])
            [Bm25, Fuse, Rescore, Recall, Ranking, RankingFlags.Language, Weight, Fusions])
        {
            if (arguments.Has(flag) && arguments.Has(Similarity))
                throw new WrongUsageException($"{flag.Name} ranks documents; it goes with --retrieval");
        }
        foreach (Flag flag in (Flag[])[Bm25, Fuse, Rescore, Codes, ModelFlags.Prompt])
        {
            if (arguments.Has(flag) && arguments.Has(Recall))
                throw new WrongUsageException(
                    $"--recall compares all codes with float32; {flag.Name} cannot be combined with it");
        }
        bool isHybrid = arguments.Text(Ranking) == "hybrid";
        if (arguments.Has(Weight) && !isHybrid)
            throw new WrongUsageException("--weight is for --ranking hybrid");
        if (arguments.Has(Fusions) && (arguments.Has(Ranking) || arguments.All(Retrieval).Count < 2))
            throw new WrongUsageException("--fusions tries all rankings on two sets or more; give --retrieval again");
        foreach (Flag flag in (Flag[])[Bm25, Fuse, Codes, Rescore, Recall])
        {
            if (arguments.Has(flag) && (isHybrid || arguments.Has(Fusions)))
                throw new WrongUsageException(
                    $"{(isHybrid ? "--ranking hybrid" : "--fusions")} compares float vectors and BM25; {flag.Name} "
                    + "cannot be combined with it");
        }
        foreach (FlagValue other in arguments.Values)
        {
            if (arguments.Has(Bm25) && other.Flag != Bm25 && other.Flag != Retrieval
                && other.Flag != RankingFlags.Language)
                throw new WrongUsageException($"--bm25 measures BM25 alone; {other.Flag.Name} cannot be combined with "
                    + "it");
        }
    }
}
