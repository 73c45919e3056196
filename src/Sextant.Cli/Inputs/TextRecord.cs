using System.Text;
using System.Text.Json;

namespace Sextant.Cli.Inputs;

/// <summary>A text to work on, and in some inputs a second one that makes it a pair.</summary>
internal sealed record TextRecord(string Text, string? Pair = null)
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>Whether an input is JSON Lines: by --input-format, else by its ending.</summary>
    public static bool IsJsonLines(string path, string? format) =>
        format is null ? path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) : format == "jsonl";

    /// <summary>All texts of an input, read as they are asked for.</summary>
    public static IEnumerable<TextRecord> ReadAll(LineReader lines, bool isJson)
    {
        using LineReader owned = lines;
        while (lines.Read(out ReadOnlyMemory<byte> line))
            yield return isJson ? FromJson(lines, line) : new TextRecord(Decode(lines, line.Span));
    }

    private static string Decode(LineReader lines, ReadOnlySpan<byte> line)
    {
        try
        {
            return Strict.GetString(line);
        }
        catch (DecoderFallbackException problem)
        {
            throw new InputException(
                lines.Name, lines.Number,
                FormattableString.Invariant($"not UTF-8 (at byte {problem.Index} of the line)."));
        }
    }

    private static TextRecord FromJson(LineReader lines, ReadOnlyMemory<byte> line)
    {
        using JsonDocument json = JsonLine.Parse(lines, line, "an object with a 'text' field");
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            throw new InputException(lines.Name, lines.Number, "an object with a 'text' field is needed.");
        string text = Field(lines, json.RootElement, "text")
            ?? throw new InputException(lines.Name, lines.Number, "there is no 'text' field.");
        return new TextRecord(text, Field(lines, json.RootElement, "pair"));
    }

    private static string? Field(LineReader lines, JsonElement record, string name)
    {
        if (!record.TryGetProperty(name, out JsonElement value))
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw new InputException(
                lines.Name, lines.Number, $"'{name}' is {JsonLine.Kind(value)}; a string is needed.");
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            throw new InputException(
                lines.Name, lines.Number, $"'{name}' is not Unicode: half of a surrogate pair, or not UTF-8.");
        }
    }
}
