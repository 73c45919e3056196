using System.Globalization;
using System.Text;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Passages;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant index</c>: files into an index on disk, and what such an index holds.</summary>
internal sealed class IndexVerb : Verb
{
    private static readonly Flag Output = new("--output", "IDX", "Folder of the index: made if it is not there.");
    private static readonly Flag Stats = new("--stats", "IDX", "Say what an index holds; nothing is changed.");
    private static readonly Flag Update = new(
        "--update", "",
        "Bring an index that is there up to date: files that did not change are not embedded again, and "
            + "those that are gone are taken out. Also goes on where an ended run stopped.");
    private static readonly Flag Attribute = new(
        "--attribute", "NAME=VALUE", "Give these files something to filter by; may be given again.", Repeats: true);
    private static readonly Flag DocumentPrompt = new(
        "--document-prompt", "TEXT",
        "Put this before each passage, to the letter. Default: the model's for documents.")
    {
        MayBeEmpty = true,
    };
    private static readonly Flag QueryPrompt = new(
        "--query-prompt", "TEXT", "What search puts before a query, to the letter. Default: the model's for queries.")
    {
        MayBeEmpty = true,
    };

    public override string Name => "index";

    public override string Summary => "Embeds files into an index on disk, or says what one holds.";

    public override string Usage => "--output IDX PATH [PATH …] [flags]";

    public override string Details =>
        "Files are cut into passages as by search. What is done is committed every ten seconds, within long files too: "
        + "an index can be ended at any moment, is searched as far as it is, and --update goes on. Attributes that "
        + "every file has: size, modified, extension. "
        + "int8 needs --ranges. bebr, pq and transforms are fitted to a sample of the passages, up to 4,096 from all "
        + "over the files, which is embedded first.";

    public override Flag[] Flags =>
    [
        Output, Stats, Update, RankingFlags.Language, .. IndexCode.Flags, CodeFlags.Ranges, PassageFlags.Chunk,
        PassageFlags.Overlap, EncodingFlag.TextEncoding, SkippedSummary.ListFlag, Attribute,
        DocumentPrompt, QueryPrompt, ModelFlags.Model, ModelFlags.Dimensions, ModelFlags.Layers, ModelFlags.Pooling,
        ModelFlags.Attention, ModelFlags.Threads,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant index --output notes.idx notes", "An index of all texts of a folder."),
        ("sextant index --output notes.idx --update notes", "The same index, brought up to date."),
        ("sextant index --output wiki.idx --attribute lang=en --code int8 --ranges wiki.json wiki/en",
            "8-bit vectors, and an attribute for 'search --filter lang=en'."),
        ("sextant index --output notes.idx --code rabitq-2 --pca 128 notes",
            "Two bits for each of 128 principal components, fitted to these files."),
        ("sextant index --stats notes.idx", "Documents, passages, bytes by section, model and prompts."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Text(Stats) is { } stats)
        {
            if (arguments.Values.Count > 1 || arguments.Texts.Count > 0)
                throw new WrongUsageException("--stats stands alone: it only says what an index holds");
            using IndexReader reader = IndexReader.Open(stats);
            using OutputFile output = OutputFile.Create(null, terminal);
            output.Stream.Write(Encoding.UTF8.GetBytes(IndexFacts.Of(reader).ToString()));
            output.Commit();
            return Tool.Ok;
        }
        string path = arguments.Text(Output) ?? throw new WrongUsageException("where to? give --output IDX");
        if (arguments.Texts.Count == 0)
            throw new WrongUsageException("of what? give PATH, a file or folder");
        foreach (string one in arguments.Texts)
        {
            if (!File.Exists(one) && !Directory.Exists(one))
                throw new InputException($"{one}: there is no such file or folder.");
        }
        List<IndexAttribute> attributes = [.. arguments.All(Attribute).Select(text => ParseAttribute(text, null))];
        if (attributes.DistinctBy(one => one.Name).Count() != attributes.Count)
            throw new WrongUsageException("--attribute gives a name twice");
        bool exists = File.Exists(Path.Combine(path, "manifest"));
        if (exists && !arguments.Has(Update))
            throw new WrongUsageException($"{path} is there already; --update brings it up to date");
        if (exists)
            RefuseWhatIsFixed(arguments);
        return exists ? UpdateIndex(path, arguments, terminal)
            : Make(path, attributes, arguments, terminal);
    }

    private static int Make(string path, List<IndexAttribute> attributes, ArgumentValues arguments, Terminal terminal)
    {
        IndexCode code = IndexCode.Of(arguments);
        EmbeddingOptions options = ModelFlags.Options(arguments);
        string modelName = ModelFlags.NameOf(arguments);
        using EmbeddingModel model = EmbeddingModel.Load(NamedModels.FolderOf(modelName), options);
        PassageOptions cutting = PassageFlags.Options(model, PassageFlags.ChunkOf(arguments),
            PassageFlags.OverlapOf(arguments));
        CodeRanges? ranges = CodeFlags.RangesFor(arguments, model.Dimensions, terminal);
        code.Require(model.Dimensions);
        string prompt = arguments.Text(DocumentPrompt) ?? PromptOf(model, model.Card.DocumentPrompt);
        IndexModel.Loaded loaded = new(
            NamedModels.Lasting(modelName), options.Dimensions, options.Layers, options.Pooling,
            arguments.Text(ModelFlags.Attention));
        List<KeyValuePair<string, string>> properties = ModelFingerprint.Of(model, prompt);
        properties.Add(new("query prompt", arguments.Text(QueryPrompt) ?? PromptOf(model, model.Card.QueryPrompt)));
        properties.Add(new("terms", RankingFlags.AnalyzerOf(arguments).Name));
        properties.Add(new("chunk", cutting.Chunk.ToString(CultureInfo.InvariantCulture)));
        properties.Add(new("overlap", cutting.Overlap.ToString(CultureInfo.InvariantCulture)));
        properties.AddRange(loaded.ToProperties());
        if (arguments.Text(EncodingFlag.TextEncoding) is { } encoding)
            properties.Add(new(IndexRun.EncodingProperty, EncodingFlag.Named(encoding).WebName));
        float[] sample = code.NeedsSample
            ? PassageSample.Embed(
                arguments.Texts, model, PassageFlags.Reader(model.Tokenizer, cutting), prompt, terminal,
                EncodingFlag.Of(arguments), code.MaxSample)
            : [];
        if (code.NeedsSample)
        {
            int passages = sample.Length / model.Dimensions;
            properties.Add(new("fitted to", passages.ToString("N0", CultureInfo.InvariantCulture) + " passages"));
        }
        var plain = new IndexDefinition
        {
            Dimensions = model.Dimensions,
            Ranges = ranges,
            Properties = properties,
            KeepsTerms = true,
        };
        using VectorIndex writer = VectorIndex.Create(path, code.Define(plain, model.Card.Normalized, sample));
        return Write(path, writer, model, cutting, prompt, attributes, arguments, terminal);
    }

    private static int UpdateIndex(string path, ArgumentValues arguments, Terminal terminal)
    {
        using VectorIndex writer = VectorIndex.Open(path);
        List<IndexAttribute> attributes;
        using (IndexReader reader = IndexReader.Open(path))
            attributes = [.. arguments.All(Attribute).Select(text => ParseAttribute(text, reader))];
        using EmbeddingModel model = ModelFlags.LoadOf(path, writer.Definition, arguments);
        int Number(string name) => int.TryParse(
            writer.Definition.Property(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new InvalidIndexException(path, $"does not say its {name}; it was not made by 'sextant index'.");
        var cutting = new PassageOptions { Chunk = Number("chunk"), Overlap = Number("overlap") };
        string prompt = writer.Definition.Property("document prompt") ?? "";
        return Write(path, writer, model, cutting, prompt, attributes, arguments, terminal);
    }

    private static int Write(
        string path, VectorIndex writer, EmbeddingModel model, PassageOptions cutting, string prompt,
        List<IndexAttribute> attributes, ArgumentValues arguments, Terminal terminal)
    {
        List<string> paths = arguments.Texts;
        var skipped = new SkippedSummary(arguments.Has(SkippedSummary.ListFlag) ? terminal : null);
        var run = new IndexRun(model, writer, PassageFlags.Reader(model.Tokenizer, cutting), prompt, attributes, terminal)
        {
            Analyzer = PassageSearch.AnalyzerOf(path, writer.Definition),
        };
        try
        {
            using IndexReader before = IndexReader.Open(path);
            run.All(paths, before, skipped);
        }
        catch (OperationCanceledException)
        {
            writer.Commit();
            terminal.Error.WriteLine(
                FormattableString.Invariant(
                    $"sextant index: ended; {run.Embedded} files, {run.Passages} passages went into {path}, ")
                + "and --update goes on with the others");
            throw;
        }
        skipped.WriteTo(terminal.Error, "sextant index");
        run.Unknown.Warn(terminal);
        if (run.Truncated > 0)
        {
            terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"sextant index: warning: {run.Truncated} of {run.Passages} passages lost their end; "
                    + $"a smaller --chunk keeps them whole"));
        }
        if (run.Embedded + run.Unchanged + run.Deleted == 0)
        {
            using IndexReader after = IndexReader.Open(path);
            throw new InputException($"{string.Join(", ", paths)}: no text was found; "
                + (after.Documents == 0 ? "the index is empty." : "the index is as it was."));
        }
        using OutputFile output = OutputFile.Create(null, terminal);
        output.Stream.Write(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Embedded} files embedded ({run.Passages} passages), {run.Unchanged} unchanged, "
            + $"{run.Deleted} taken out\n")));
        output.Commit();
        return Tool.Ok;
    }

    // A model's prompt by its name, or none.
    private static string PromptOf(EmbeddingModel model, string? name) =>
        name is not null && model.Card.Prompts.TryGetValue(name, out string? text) ? text : "";

    private static void RefuseWhatIsFixed(ArgumentValues arguments)
    {
        foreach (Flag flag in (Flag[])
            [RankingFlags.Language, .. IndexCode.Flags, CodeFlags.Ranges, PassageFlags.Chunk, PassageFlags.Overlap,
                DocumentPrompt, QueryPrompt, EncodingFlag.TextEncoding,
             ModelFlags.Dimensions, ModelFlags.Layers, ModelFlags.Pooling, ModelFlags.Attention])
        {
            if (arguments.Has(flag))
                throw new WrongUsageException(
                    $"{flag.Name} is fixed when an index is made; build it anew to change it");
        }
    }

    // A whole number, or a text; an attribute that the index has keeps its kind.
    private static IndexAttribute ParseAttribute(string text, IndexReader? index)
    {
        int position = text.IndexOf('=', StringComparison.Ordinal);
        string name = position < 0 ? "" : text[..position].Trim();
        if (name.Length == 0 || name.AsSpan().ContainsAny("=<>! "))
            throw new WrongUsageException($"--attribute is '{text}'; NAME=VALUE is needed");
        if (IndexedFile.ReservedNames.Contains(name))
            throw new WrongUsageException($"--attribute cannot give '{name}': every file has one of its own");
        string value = text[(position + 1)..].Trim();
        bool isNumber = long.TryParse(
            value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            && number != long.MinValue;
        AttributeKind? kind = index?.KindOf(name);
        if (kind is not (null or AttributeKind.Text) && !(kind == AttributeKind.Integer && isNumber))
        {
            throw new WrongUsageException(
                $"--attribute is '{text}'; in this index '{name}' is {kind.Value.Name()}"
                    + (kind == AttributeKind.Integer ? "" : ", which only a program can give"));
        }
        return isNumber && kind != AttributeKind.Text
            ? new IndexAttribute(name, number)
            : new IndexAttribute(name, value);
    }
}
