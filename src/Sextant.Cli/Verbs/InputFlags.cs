using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;

namespace Sextant.Cli.Verbs;

/// <summary>The flags of verbs that work on texts from the command line or a file.</summary>
internal static class InputFlags
{
    public static readonly Flag Input = new(
        "--input", "FILE",
        "Read texts from a file, one on each line; '-' is standard input. An empty line is an empty text.");
    public static readonly Flag Format = new(
        "--input-format", "F",
        "text or jsonl (objects with a 'text' field). Default: jsonl when the file ends in .jsonl, else text.");

    /// <summary>The texts that the command line names.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="terminal">Has standard input.</param>
    /// <param name="total">How many there are, where that is known.</param>
    /// <param name="others">Other flags that name an input, for the error's text.</param>
    public static IEnumerable<TextRecord> Texts(
        ArgumentValues arguments, Terminal terminal, out int? total, string others = "")
    {
        string? format = arguments.Choice(Format, "text", "jsonl");
        total = null;
        if (arguments.Text(Input) is { } path)
        {
            if (arguments.Texts.Count > 0)
                throw new WrongUsageException(
                    $"texts on the command line and --input are both given; '{arguments.Texts[0]}' is a text");
            LineReader lines = LineReader.Open(path, terminal, EncodingFlag.Of(arguments));
            return TextRecord.ReadAll(lines, TextRecord.IsJsonLines(path, format));
        }
        if (arguments.Texts.Count == 0)
            throw new WrongUsageException($"no text: give TEXT, or --input FILE ('-' for standard input){others}");
        if (format is not null)
            throw new WrongUsageException("--input-format needs --input");
        if (arguments.Has(EncodingFlag.TextEncoding))
            throw new WrongUsageException("--text-encoding needs --input");
        total = arguments.Texts.Count;
        return arguments.Texts.Select(text => new TextRecord(text));
    }
}
