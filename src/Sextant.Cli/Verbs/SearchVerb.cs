using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Passages;
using Sextant.Tokens;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant search</c>: the passages of files that are nearest to a query.</summary>
internal sealed class SearchVerb : Verb
{
    private static readonly Flag In = new(
        "--in", "PATH", "A file of text, or a folder of such files; may be given again.", Repeats: true);
    private static readonly Flag Most = new("-k", "N", "How many passages to print. Default: 10.");
    private static readonly Flag Chunk = new(
        "--chunk", "N", "Most tokens of a passage. Default: 128, or what the model takes if that is less.");
    private static readonly Flag Overlap = new(
        "--overlap", "M", "Most tokens, in whole sentences, that a passage repeats from the one before. Default: a "
            + "quarter of --chunk.");
    private static readonly Flag Format = new(
        "--format", "F", "table (in a pipe: a line for each, with tabs) or json. Default: table.");

    public override string Name => "search";

    public override string Summary => "Finds the passages of files that are nearest to a query.";

    public override string Usage => "--in PATH [--in PATH …] QUERY [flags]";

    public override string Details =>
        "Files are cut into passages at headings, paragraphs and sentences, "
        + "and each passage is embedded and compared with the query. "
        + "The model's prompts for queries and documents stand before them; --prompt and --prompt-text are the query's. "
        + "Binary files, hidden ones, links and build folders are skipped and counted, unless they are named.";

    public override Flag[] Flags =>
    [
        In, Most, Chunk, Overlap, Format, ModelFlags.Model, ModelFlags.Dimensions, ModelFlags.Layers,
        ModelFlags.Pooling, ModelFlags.Prompt, ModelFlags.PromptText, ModelFlags.Threads,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant search --in docs \"how are vectors normalised?\"", "The ten nearest passages of a folder."),
        ("sextant search --in src --in README.md -k 3 \"where is the file read?\"",
            "The three nearest of a folder and a file."),
        ("sextant search --in notes --format json \"holiday in June\"",
            "With the whole text and its place, for another program."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        List<string> paths = arguments.All(In);
        if (paths.Count == 0)
            throw new WrongUsageException("where? give --in PATH, a file or folder");
        if (arguments.Texts.Count != 1)
        {
            throw new WrongUsageException(arguments.Texts.Count == 0
                ? "what? give a QUERY"
                : $"one QUERY is needed, but there are {arguments.Texts.Count}; put it in quotes");
        }
        string format = arguments.Choice(Format, "table", "json") ?? "table";
        int most = arguments.Number(Most, 1, 10_000) ?? 10;
        int? chunk = arguments.Number(Chunk, 4, 1_000_000);
        int? overlap = arguments.Number(Overlap, 0, 500_000);
        EmbeddingOptions options = ModelFlags.Options(arguments);
        Prompt prompt = ModelFlags.PromptOf(arguments) ?? Prompt.Query;
        foreach (string path in paths)
        {
            if (!File.Exists(path) && !Directory.Exists(path))
                throw new InputException($"{path}: there is no such file or folder.");
        }

        using EmbeddingModel model = ModelFlags.Load(arguments, options);
        Tokenizer tokenizer = model.Tokenizer;
        PassageOptions cutting = Cutting(model.MaxTokens, tokenizer.SpecialTokenCount(pair: false), chunk, overlap);
        var reader = new PassageReader(text => tokenizer.CountTokens(text, addSpecialTokens: false), cutting);
        var skipped = new SkippedSummary();
        var run = new SearchRun(model, arguments.Texts[0], prompt, most, terminal);
        using (var progress = new ProgressLine(terminal, "passages"))
            run.Over(reader.ReadFiles(paths, skipped.Add), progress);
        skipped.WriteTo(terminal.Error, "sextant search");
        if (run.Passages == 0)
            throw new InputException($"{string.Join(", ", paths)}: no text was found to search in.");
        run.WarnOfTruncation();

        using OutputFile output = OutputFile.Create(null, terminal);
        if (format == "json")
            FoundPassages.WriteJson(output.Stream, run.Best());
        else if (terminal.OutputIsTerminal)
            FoundPassages.WriteTable(output.Stream, run.Best(), terminal.Width);
        else
            FoundPassages.WritePlain(output.Stream, run.Best());
        output.Commit();
        return Tool.Ok;
    }

    private static PassageOptions Cutting(int most, int special, int? chunk, int? overlap)
    {
        int room = most - special;
        if (room < 4)
            throw new InputException(
                FormattableString.Invariant($"a model that takes {most} tokens has no room for passages"));
        if (chunk > room)
        {
            throw new WrongUsageException(FormattableString.Invariant(
                $"--chunk is {chunk}; this model takes {most} tokens, which leaves {room} for a passage"));
        }
        int size = chunk ?? Math.Min(new PassageOptions().Chunk, room);
        if (overlap > size / 2)
        {
            throw new WrongUsageException(FormattableString.Invariant(
                $"--overlap is {overlap}; at most half of the {size} tokens of a passage can be repeated"));
        }
        return new PassageOptions { Chunk = size, Overlap = overlap ?? size / 4 };
    }
}
