using System.Text;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Caches;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Passages;
using Sextant.Runtime;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant search</c>: the passages of files that are nearest to a query.</summary>
internal sealed class SearchVerb : Verb
{
    private static readonly Flag In = new(
        "--in", "PATH", "A file of text, a folder of such files, or '-' for standard input; may be given again.",
        Repeats: true);
    private static readonly Flag Most = new("-k", "N", "How many passages to print. Default: 10.");
    private static readonly Flag Rerank = new(
        "--rerank", "MODEL",
        "Score the first 50 again by a cross-encoder, which reads query and passage together, or by a late-interaction "
            + "model: a folder, or ORG/NAME in the hub's cache.");
    private static readonly Flag NoCache = new(
        "--no-cache", "", "Neither use vectors of earlier searches nor keep those of this one.");
    private static readonly Flag Format = new(
        "--format", "F", "table (in a pipe: a line for each, with tabs) or json. Default: table.");

    private const int RerankedPassages = 50;

    public override string Name => "search";

    public override string Summary => "Finds the passages of files that are nearest to a query.";

    public override string Usage => "--in PATH [--in PATH …] | --index IDX QUERY [flags]";

    public override string Details =>
        "Files are cut into passages at headings, paragraphs and sentences; each is compared with the query by its "
        + "vector and by its words (BM25), and what stands out in both comes first. A hybrid score is 1 for what "
        + "both find best; --format json has both parts. Vectors of unchanged files are "
        + "kept in a cache (SEXTANT_CACHE names its folder, SEXTANT_CACHE_MB its size). "
        + "The model's prompts for queries and documents stand before them; --prompt and --prompt-text are the "
        + "query's. Binary files, hidden ones, links and build folders are skipped and counted, unless they are named.";

    public override Flag[] Flags =>
    [
        In, IndexSearch.Index, RankingFlags.Ranking, Rerank, Most, IndexSearch.MinScore, IndexSearch.Diverse, Format,
        RankingFlags.Language, NoCache, .. IndexSearch.Flags, PassageFlags.Chunk, PassageFlags.Overlap,
        EncodingFlag.TextEncoding, SkippedSummary.ListFlag,
        ModelFlags.Model, ModelFlags.Dimensions, ModelFlags.Layers, ModelFlags.Pooling,
        ModelFlags.Attention, ModelFlags.Prompt, ModelFlags.PromptText, ModelFlags.Threads,
    ];

    public override (string Name, string Instead)[] GoneFlags =>
        [("--fuse", "vectors and BM25 are fused by default; --ranking hybrid, dense or bm25 chooses")];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant search --in docs \"how are vectors normalised?\"", "The ten nearest passages of a folder."),
        ("sextant search --in src --in README.md -k 3 \"where is the file read?\"",
            "The three nearest of a folder and a file."),
        ("sextant search --index notes.idx --filter extension=md \"holiday in June\"",
            "In an index that 'sextant index' made, only in Markdown files."),
        ("sextant search --in src --ranking bm25 \"--dry-run\"", "By words alone, identifiers as they are written."),
        ("sextant search --in notes --format json \"holiday in June\"",
            "With the whole text and its location, for another program."),
    ];

    /// <summary>What says that vectors are not exact, where nobody chose.</summary>
    internal const string Int8Note =
        "sextant search: vectors in int8; --precision exact computes them in float32, in about three times the time";

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        List<string> paths = arguments.All(In);
        CheckPlace(paths, arguments);
        if (arguments.Texts.Count != 1)
        {
            throw new WrongUsageException(arguments.Texts.Count == 0
                ? "what? give a QUERY"
                : $"one QUERY is needed, but there are {arguments.Texts.Count}; put it in quotes");
        }
        QueryText.Require(arguments.Texts[0]);
        string format = arguments.Choice(Format, "table", "json") ?? "table";
        int most = arguments.Number(Most, 1, 10_000) ?? 10;
        string query = arguments.Texts[0];
        int first = arguments.Has(Rerank) ? Math.Max(most, RerankedPassages) : most;
        if (arguments.Has(IndexSearch.Index))
        {
            Write(Final(IndexSearch.Run(query, first, arguments, terminal)), format, query, arguments, terminal);
            return Tool.Ok;
        }
        foreach (string path in paths)
        {
            if (!StandardInput.Is(path) && !File.Exists(path) && !Directory.Exists(path))
                throw new InputException($"{path}: there is no such file or folder.");
        }
        Write(Final(InFiles(paths, query, first, arguments, terminal)), format, query, arguments, terminal);
        return Tool.Ok;

        List<FoundPassage> Final(List<FoundPassage> found) =>
            arguments.Text(Rerank) is { } model ? Reranked(found, model, query, most, arguments, terminal) : found;
    }

    private static List<FoundPassage> Reranked(
        List<FoundPassage> found, string reranker, string query, int most, ArgumentValues arguments, Terminal terminal)
    {
        using Reranker model = Reranker.Load(reranker, arguments);
        string[] texts = [.. found.Take(RerankedPassages).Select(one => one.Passage.Text)];
        using var progress = new ProgressLine(terminal, "passages by the reranker", texts.Length);
        RankedDocument[] best = model.Rank(query, texts, most, default, progress, terminal.Cancellation);
        return
        [
            .. best.Select((one, position) => found[one.Index] with { Rank = position + 1, Score = one.Score }),
            .. found.Skip(texts.Length).Take(most - best.Length),
        ];
    }

    private static List<FoundPassage> InFiles(
        List<string> paths, string query, int most, ArgumentValues arguments, Terminal terminal)
    {
        var plan = new SearchPlan(
            RankingFlags.Of(arguments), RankingFlags.AnalyzerOf(arguments), most,
            arguments.Fraction(IndexSearch.MinScore, float.MinValue, float.MaxValue) ?? float.NegativeInfinity,
            arguments.Fraction(IndexSearch.Diverse, 0, 1) ?? 0);
        RankingFlags.RequireVectors(
            plan.Ranking, arguments, IndexSearch.MinScore, IndexSearch.Diverse, ModelFlags.Prompt,
            ModelFlags.PromptText, ModelFlags.Dimensions, ModelFlags.Layers, ModelFlags.Pooling, ModelFlags.Attention);
        int? chunk = PassageFlags.ChunkOf(arguments);
        int? overlap = PassageFlags.OverlapOf(arguments);
        Encoding? encoding = EncodingFlag.Of(arguments);
        string folder = HubCache.Resolve(ModelFlags.Folder(arguments));
        string? cache = arguments.Has(NoCache) ? null : UserCache.Folder();
        var files = FoundFiles.Begin(paths, cache is not null, terminal.Cancellation);
        if (plan.Ranking == Ranking.Bm25)
        {
            // The model's tokenizer cuts the same passages; its vectors are not needed.
            var text = ModelText.Read(folder);
            PassageOptions pieces = PassageFlags.Options(text, chunk, overlap);
            return Best(
                new SearchRun(null, query, default, plan, terminal), null, text.Tokenizer, pieces,
                () => [new("tokenizer", ModelFingerprint.OfTokenizer(folder))]);
        }
        Task<ModelSums>? sums = cache is null ? null : Task.Run(() => ModelFingerprint.OfFiles(folder));
        EmbeddingOptions options = ModelFlags.Options(arguments);
        bool narrows = !arguments.Has(DeviceFlags.Precision) && (options.Device ?? Device.Cpu) == Device.Cpu;
        // Somebody waits for the files to be embedded: bytes take a third of the time where the processor computes, and
        // rank nearly alike.
        if (narrows)
            options = options with { Precision = Precision.Int8 };
        Prompt prompt = ModelFlags.PromptOf(arguments) ?? Prompt.Query;
        using var model = EmbeddingModel.Load(folder, options);
        PassageOptions cutting = PassageFlags.Options(model, chunk, overlap);
        var run = new SearchRun(model, query, prompt, plan, terminal);
        List<FoundPassage> found = Best(
            run, model, model.Tokenizer, cutting,
            () => ModelFingerprint.Of(model, model.PromptText(Prompt.Document), sums!.GetAwaiter().GetResult()));
        if (narrows)
            terminal.Error.WriteLine(Int8Note);
        return found;

        List<FoundPassage> Best(
            SearchRun run, EmbeddingModel? model, Tokenizer tokenizer, PassageOptions cutting,
            Func<List<KeyValuePair<string, string>>> maker)
        {
            var skipped = new SkippedSummary(arguments.Has(SkippedSummary.ListFlag) ? terminal : null);
            PassageCache? kept = cache is null ? null : new PassageCache(
                cache,
                [
                    .. maker(), new("cutting", cutting.ToString()), new("encoding", encoding?.WebName ?? ""),
                    new("terms", plan.Analyzer.Name),
                ],
                model?.Dimensions ?? 0, CacheSize.MaxBytes);
            var passages = new EmbeddedPassages(
                model, PassageFlags.Reader(tokenizer, cutting), plan.Analyzer, kept, encoding, terminal);
            using (var progress = new ProgressLine(terminal, "passages"))
                passages.Read(files, paths.Any(StandardInput.Is), skipped.Add, progress);
            skipped.WriteTo(terminal.Error, "sextant search");
            if (passages.Passages.Count == 0)
                throw new InputException($"{string.Join(", ", paths)}: no text was found to search in.");
            return run.Best(passages);
        }
    }

    private static void Write(
        List<FoundPassage> found, string format, string query, ArgumentValues arguments, Terminal terminal)
    {
        if (found.Count == 0)
            terminal.Error.WriteLine("sextant search: nothing was found.");
        bool isStyled = format == "table" && terminal.OutputIsTerminal && terminal.HasStyles;
        using OutputFile output = OutputFile.Create(
            null, isStyled ? terminal with { Output = terminal.StyledOutput } : terminal);
        if (format == "json")
            FoundPassages.WriteJson(output.Stream, found);
        else if (terminal.OutputIsTerminal)
            FoundPassages.WriteTable(
                output.Stream, found, terminal.Width,
                isStyled ? new TextMarks(query, RankingFlags.AnalyzerOf(arguments)) : null);
        else
            FoundPassages.WritePlain(output.Stream, found);
        output.Commit();
    }

    private static void CheckPlace(List<string> paths, ArgumentValues arguments)
    {
        if (!arguments.Has(IndexSearch.Index))
        {
            if (paths.Count == 0)
                throw new WrongUsageException("where? give --in PATH, a file or folder, or --index IDX");
            foreach (Flag flag in IndexSearch.Flags)
            {
                if (arguments.Has(flag))
                    throw new WrongUsageException($"{flag.Name} goes with --index");
            }
            return;
        }
        if (paths.Count > 0)
            throw new WrongUsageException("--in and --index are both given; a search is in files or in an index");
        foreach (Flag flag in (Flag[])
            [RankingFlags.Language, NoCache, PassageFlags.Chunk, PassageFlags.Overlap, ModelFlags.Dimensions,
             ModelFlags.Layers, ModelFlags.Pooling,
             ModelFlags.Attention, ModelFlags.Prompt, ModelFlags.PromptText, EncodingFlag.TextEncoding])
        {
            if (arguments.Has(flag))
                throw new WrongUsageException($"{flag.Name} is fixed in an index; it goes with --in");
        }
    }
}
