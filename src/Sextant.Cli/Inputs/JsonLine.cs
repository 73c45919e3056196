using System.Text.Json;

namespace Sextant.Cli.Inputs;

/// <summary>Reads a line of JSON Lines, with errors that name the line.</summary>
internal static class JsonLine
{
    public static JsonDocument Parse(LineReader lines, ReadOnlyMemory<byte> line, string needed)
    {
        if (line.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
            throw new InputException(lines.Name, lines.Number, $"empty; {needed} is needed on each line.");
        try
        {
            RequireNames(lines, line.Span);
            return JsonDocument.Parse(line);
        }
        catch (JsonException problem)
        {
            throw new InputException(
                lines.Name, lines.Number,
                FormattableString.Invariant(
                    $"not JSON (at byte {problem.BytePositionInLine} of the line); {needed} is needed."));
        }
    }

    // A name that is half of a surrogate pair is JSON, but looking for any field meets it and fails.
    private static void RequireNames(LineReader lines, ReadOnlySpan<byte> line)
    {
        if (line.IndexOf("\\u"u8) < 0)
            return;
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueIsEscaped)
                continue;
            try
            {
                _ = reader.GetString();
            }
            catch (InvalidOperationException)
            {
                throw new InputException(lines.Name, lines.Number, FormattableString.Invariant(
                    $"the name of a field (at byte {reader.TokenStartIndex} of the line) is half of a surrogate pair; ")
                    + "Unicode is needed.");
            }
        }
    }

    /// <summary>A field that holds a string, or null where there is no such field.</summary>
    public static string? Text(LineReader lines, JsonElement record, string name)
    {
        if (!record.TryGetProperty(name, out JsonElement value))
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw new InputException(lines.Name, lines.Number, $"'{name}' is {Kind(value)}; a string is needed.");
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

    /// <summary>A text of a file as errors quote it: not longer than a line has room for.</summary>
    public static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";

    /// <summary>What errors call a value.</summary>
    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Null => "null",
        JsonValueKind.Number =>
            $"the number {(value.GetRawText() is { Length: <= 24 } text ? text : "of many digits")}",
        _ => value.GetRawText(),
    };
}
