using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Codes;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant embed</c>: texts or token ids in, vectors out, in batches of bounded size.</summary>
internal sealed class EmbedVerb : Verb
{
    private static readonly Flag Ids = new(
        "--ids", "FILE",
        "Read token ids instead of texts: on each line an array, or {\"ids\":[…],\"token_type_ids\":[…]}. No "
            + "special tokens are added.");
    private static readonly Flag Output = new(
        "--output", "FILE", "Write to a file, which appears when it is complete. Default: standard output.");
    private static readonly Flag Format = new(
        "--format", "F",
        "jsonl (a line for each text), json (one array), npy (NumPy) or f32 (little-endian floats alone). "
            + "Default: jsonl.");

    public override string Name => "embed";

    public override string Summary => "Turns texts into vectors.";

    public override string Usage => "[TEXT…] [--input FILE|-] [--ids FILE] [flags]";

    public override string Details =>
        "Each line of jsonl reads {\"index\":0,\"tokens\":9,\"truncated\":0,\"unknown\":0,\"embedding\":[…]}. "
        + "The vector of a text is the same bits whatever the other texts, their order and the number of threads. With "
        + "--multi a line reads {…,\"embeddings\":[[…],…]}, a vector for each token.";

    public override bool TakesTexts => true;

    public override Flag[] Flags =>
    [
        ModelFlags.Model, MultiEmbedding.Multi, MultiEmbedding.Queries, InputFlags.Input, InputFlags.Format,
        EncodingFlag.TextEncoding, Ids, Output, Format,
        CodeFlags.Encoding, CodeFlags.Ranges, CodeFlags.WriteRanges, ModelFlags.Dimensions, ModelFlags.Layers,
        ModelFlags.Pooling, ModelFlags.Attention, ModelFlags.Prompt, ModelFlags.PromptText, ModelFlags.Truncate,
        ModelFlags.Threads,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant embed \"The sky is blue.\"", "One vector, as a line of JSON."),
        ("sextant embed --input texts.txt --format npy --output texts.npy",
            "A text on each line; numpy.load('texts.npy') has a row for each."),
        ("sextant embed - --dimensions 128 < texts.txt > vectors.jsonl",
            "From standard input, the first 128 values of each vector."),
        ("sextant embed --input texts.txt --write-ranges ranges.json > vectors.jsonl",
            "Also how far each dimension reaches."),
        ("sextant embed --input more.txt --encoding int8 --ranges ranges.json --format npy --output more.npy",
            "A byte for each dimension; --encoding ubinary takes a bit, and needs no ranges."),
        ("sextant embed --model ./my-model --prompt query \"how to cook rice\"",
            "The model's prompt of that name before the text; --prompt-text gives a text of your own."),
        ("sextant embed --model ./GTE-ModernColBERT-v1 --multi --queries \"how to cook rice\"",
            "A late-interaction model: a vector for each token of a query."),
        ("sextant embed --model ./my-model --ids ids.jsonl", "Token ids as they are; the folder needs no tokenizer."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        string format = arguments.Choice(Format, VectorWriter.Formats) ?? VectorWriter.Formats[0];
        string? path = arguments.Text(Output);
        if (MultiEmbedding.IsWanted(arguments))
        {
            RefuseOneFileTwice(arguments);
            return MultiEmbedding.Run(arguments, terminal, path, [
                Ids, Format, CodeFlags.Encoding, CodeFlags.Ranges, CodeFlags.WriteRanges, ModelFlags.Dimensions,
                ModelFlags.Layers, ModelFlags.Pooling, ModelFlags.Attention]);
        }
        string code = CodeFlags.Name(arguments, format);
        if (VectorWriter.IsBinary(format) && OutputFile.IsStandard(path) && terminal.OutputIsTerminal)
            throw new WrongUsageException($"{format} is not for a terminal; give --output FILE");
        RefuseOneFileTwice(arguments);
        EmbeddingOptions options = ModelFlags.Options(arguments);
        Prompt prompt = ModelFlags.PromptOf(arguments) ?? Prompt.Default;
        int? total = null;
        IEnumerable<TokenSequence>? sequences = arguments.Text(Ids) is { } ids
            ? Sequences(ids, arguments, terminal)
            : null;
        IEnumerable<TextRecord>? texts = sequences is null
            ? InputFlags.Texts(arguments, terminal, out total, ", or --ids FILE")
            : null;

        using EmbeddingModel model = ModelFlags.Load(arguments, options);
        VectorEncoding encoding = CodeFlags.Load(arguments, code, model.Dimensions, terminal);
        string? rangesPath = arguments.Text(CodeFlags.WriteRanges);
        RangeCalibration? calibration = rangesPath is null ? null : new(model.Dimensions);
        using OutputFile? rangesFile = rangesPath is null ? null : OutputFile.Create(rangesPath, terminal);
        using OutputFile output = OutputFile.Create(path, terminal);
        using VectorWriter writer = VectorWriter.Create(format, output.Stream, encoding);
        using var progress = new ProgressLine(terminal, sequences is null ? "texts" : "sequences", total);
        var run = new EmbedRun(model, writer, calibration, progress, terminal);
        if (sequences is null)
            run.All(texts!.Select(record => record.Text), text => text.Length,
                (inputs, vectors, reports, done, stop) => model.Embed(inputs, prompt, vectors, reports, done, stop));
        else
            run.All(sequences, sequence => sequence.Ids.Length, model.EmbedTokens);
        terminal.Cancellation.ThrowIfCancellationRequested();
        if (calibration?.Count == 0)
            throw new InputException($"{rangesPath}: there are no vectors to take ranges from");
        writer.Finish();
        output.Commit();
        if (calibration is not null)
        {
            CodeRanges ranges = calibration.Ranges();
            CodeFlags.WarnOfEmpty(ranges, rangesPath!, terminal);
            ranges.Write(rangesFile!.Stream);
            rangesFile.Commit();
        }
        progress.Dispose();
        run.Warn(options.Truncation);
        return Tool.Ok;
    }

    // What is written last would stand in the place of what was read or written before.
    private static void RefuseOneFileTwice(ArgumentValues arguments)
    {
        foreach (Flag written in (Flag[])[Output, CodeFlags.WriteRanges])
        {
            foreach (Flag other in (Flag[])[CodeFlags.WriteRanges, InputFlags.Input, Ids, CodeFlags.Ranges])
            {
                if (other != written && arguments.Text(written) is { } path && !OutputFile.IsStandard(path)
                    && arguments.Text(other) is { } second && !StandardInput.Is(second)
                    && Path.GetFullPath(path) == Path.GetFullPath(second))
                    throw new WrongUsageException($"{written.Name} and {other.Name} are both {path}; give two files");
            }
        }
    }

    private static IEnumerable<TokenSequence> Sequences(string path, ArgumentValues arguments, Terminal terminal)
    {
        foreach (Flag flag in (Flag[])
            [InputFlags.Input, InputFlags.Format, EncodingFlag.TextEncoding, ModelFlags.Prompt, ModelFlags.PromptText])
        {
            if (arguments.Text(flag) is not null)
                throw new WrongUsageException($"--ids are used as they are; {flag.Name} is for texts");
        }
        if (arguments.Texts.Count > 0)
            throw new WrongUsageException(
                $"texts on the command line and --ids are both given; '{arguments.Texts[0]}' is a text");
        return TokenRecord.ReadAll(LineReader.Open(path, terminal));
    }
}
