using System.Text.Json;

namespace Sextant.Cli.Inputs;

/// <summary>A text to work on, and in some inputs a second one that makes it a pair.</summary>
internal sealed record TextRecord(string Text, string? Pair = null)
{
    /// <summary>Whether an input is JSON Lines: by --input-format, else by its ending.</summary>
    public static bool IsJsonLines(string path, string? format) =>
        format is null ? path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) : format == "jsonl";

    /// <summary>All texts of an input, read as they are asked for.</summary>
    public static IEnumerable<TextRecord> ReadAll(LineReader lines, bool isJson)
    {
        using LineReader owned = lines;
        while (lines.Read(out ReadOnlyMemory<byte> line))
            yield return isJson ? FromJson(lines, line) : new TextRecord(lines.Decode(line.Span));
    }

    private static TextRecord FromJson(LineReader lines, ReadOnlyMemory<byte> line)
    {
        using JsonDocument json = JsonLine.Parse(lines, line, "an object with a 'text' field");
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            throw new InputException(lines.Name, lines.Number, "an object with a 'text' field is needed.");
        string text = JsonLine.Text(lines, json.RootElement, "text")
            ?? throw new InputException(lines.Name, lines.Number, "there is no 'text' field.");
        return new TextRecord(text, JsonLine.Text(lines, json.RootElement, "pair"));
    }
}
