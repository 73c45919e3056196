using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;
using Sextant.Tokens;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant tokenize</c>: what a model's tokenizer makes of texts. Needs no weights.</summary>
internal sealed class TokenizeVerb : Verb
{
    private static readonly Flag Format = new(
        "--format", "F", "table or jsonl (a line for each text). Default: table.");
    private static readonly Flag Offsets = new(
        "--offsets", "UNIT",
        "What the offsets of tokens in their text count: utf16 units or codepoints. Default: utf16.");
    private static readonly Flag MaxTokens = new(
        "--max-tokens", "N", "Cut texts to N tokens, special tokens included. Default: nothing is cut.");
    private static readonly Flag Truncate = new(
        "--truncate", "SIDE", "With --max-tokens: right (cut the end) or left. Default: right.");

    public override string Name => "tokenize";

    public override string Summary => "Shows the tokens of texts.";

    public override string Usage => "[TEXT…] [--input FILE|-] [flags]";

    public override string Details =>
        "Only the tokenizer's files of the model's folder are read. JSON Lines may hold a 'pair' beside 'text'. "
        + "Each line of jsonl reads "
        + "{\"index\":0,\"ids\":[…],\"tokens\":[…],\"type_ids\":[…],\"offsets\":[[0,3],…]}; of a pair, each text's "
        + "offsets count from 0.";

    public override bool TakesTexts => true;

    public override Flag[] Flags =>
    [
        ModelFlags.Model, InputFlags.Input, InputFlags.Format, EncodingFlag.TextEncoding, Format, Offsets, MaxTokens,
        Truncate,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant tokenize \"unbelievable!\"", "The tokens with their ids and offsets, one below the other."),
        ("sextant tokenize --input texts.txt --format jsonl --offsets codepoints",
            "For another program, with offsets as Python counts them."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        string format = arguments.Choice(Format, "table", "jsonl") ?? "table";
        bool codePoints = arguments.Choice(Offsets, "utf16", "codepoints") == "codepoints";
        int? most = arguments.Number(MaxTokens, 1, int.MaxValue);
        string? side = arguments.Choice(Truncate, "right", "left");
        if (side is not null && most is null)
            throw new WrongUsageException("--truncate needs --max-tokens");
        IEnumerable<TextRecord> texts = InputFlags.Texts(arguments, terminal, out _);
        var options = new EncodeOptions
        {
            Offsets = codePoints ? OffsetUnit.CodePoints : OffsetUnit.Utf16,
            MaxTokens = most ?? 0,
            Side = side == "left" ? TruncationSide.Left : TruncationSide.Right,
        };

        var tokenizer = Tokenizer.LoadFolder(ModelFlags.Folder(arguments));
        using OutputFile output = OutputFile.Create(null, terminal);
        using var writer = new TokenWriter(
            output.Stream, tokenizer, isJson: format == "jsonl", showsTruncation: most is not null);
        var buffer = new TokenBuffer();
        long index = 0;
        foreach (TextRecord text in texts)
        {
            terminal.Cancellation.ThrowIfCancellationRequested();
            int special = tokenizer.SpecialTokenCount(text.Pair is not null);
            if (most < special)
            {
                string what = text.Pair is null ? "a text" : "a pair";
                throw new WrongUsageException(FormattableString.Invariant(
                    $"--max-tokens is {most}; {what} gets {special} special tokens"));
            }
            if (text.Pair is null)
                tokenizer.Encode(text.Text, buffer, options);
            else
                tokenizer.EncodePair(text.Text, text.Pair, buffer, options);
            writer.Write(index++, buffer);
        }
        output.Commit();
        return Tool.Ok;
    }
}
