using System.Text.Json;
using System.Text.Unicode;

namespace Sextant.Weights;

/// <summary>Reads JSON files that may be hostile: bounded in size and depth, valid UTF-8, no duplicate keys.</summary>
internal static class JsonText
{
    /// <summary>Deepest nesting of a configuration file.</summary>
    public const int Depth = 32;

    /// <summary>
    /// Most bytes of a configuration file; those of large classifiers name every label and reach one or two MB.
    /// </summary>
    public const long LongestFile = 16 << 20;

    /// <summary>The file's bytes, at most <paramref name="longest"/> of them.</summary>
    public static byte[] Read(string file, long longest = LongestFile)
    {
        try
        {
            return RegularFile.Read(file, longest, out long length) ?? throw new InvalidModelException(
                file, $"{MessageText.Count(length)} bytes long; at most {MessageText.Count(longest)} are accepted.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException(file, $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The root value of a JSON text; every string in it can be taken out without a further check.</summary>
    /// <remarks>A byte order mark is passed over: editors write it, and it changes nothing.</remarks>
    public static JsonElement Parse(string file, ReadOnlyMemory<byte> json)
    {
        json = json[MarkLength(json.Span)..];
        RequireUtf8(file, json.Span);
        try
        {
            var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = Depth });
            while (reader.Read())
            {
                // Only an escape can still hide half a surrogate pair, which no .NET string
                // operation would accept later.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    Text(file, ref reader);
            }
            using var document = JsonDocument.Parse(json,
                new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw NotJson(file, error);
        }
    }

    /// <summary>The text of the reader's string or property name.</summary>
    public static string Text(string file, ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new InvalidModelException(file, "holds an escaped half of a surrogate pair at byte "
                + $"{MessageText.Count(reader.TokenStartIndex)}; only valid Unicode is accepted.", error);
        }
    }

    /// <summary>Bytes of the byte order mark that a text begins with; 0 without.</summary>
    public static int MarkLength(ReadOnlySpan<byte> json) => json.StartsWith("\uFEFF"u8) ? 3 : 0;

    public static void RequireUtf8(string file, ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new InvalidModelException(file, "its JSON is not valid UTF-8.");
    }

    public static InvalidModelException NotJson(string file, JsonException error) =>
        new(file, "is not the JSON that is accepted here (strict, no key twice, bounded depth): "
            + MessageText.Line(error.Message), error);
}
