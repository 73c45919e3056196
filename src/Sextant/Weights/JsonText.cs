using System.Text.Json;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;

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
            using SafeFileHandle handle = File.OpenHandle(file);
            long length = RandomAccess.GetLength(handle);
            if (length > longest)
                throw new InvalidModelException(file, $"{MessageText.Count(length)} bytes long; at most "
                    + $"{MessageText.Count(longest)} are accepted.");
            byte[] json = new byte[length];
            int done = 0;
            while (done < json.Length)
            {
                int read = RandomAccess.Read(handle, json.AsSpan(done), done);
                if (read == 0)
                    throw new InvalidModelException(file, "became shorter while it was read.");
                done += read;
            }
            return json;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidModelException(file, $"cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The root value of a JSON text; every string in it can be taken out without a further check.</summary>
    public static JsonElement Parse(string file, ReadOnlyMemory<byte> json)
    {
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

    public static void RequireUtf8(string file, ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
            throw new InvalidModelException(file, "its JSON is not valid UTF-8.");
    }

    public static InvalidModelException NotJson(string file, JsonException error) =>
        new(file, "is not the JSON that is accepted here (strict, no key twice, bounded depth): "
            + MessageText.Line(error.Message), error);
}
