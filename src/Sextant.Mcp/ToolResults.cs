using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Sextant.Mcp;

/// <summary>What a call found, as its result: an object, the same as a text for older clients, and links.</summary>
internal static class ToolResults
{
    private static readonly JsonWriterOptions s_json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // leaves 今 readable; no client takes it for HTML
    };

    public static CallToolResult Of(McpSource source, McpFound found)
    {
        CallToolResult result = Make(json =>
        {
            json.WriteString("source", source.Name);
            json.WriteString("ranking", found.Ranking);
            json.WriteStartArray("hits");
            foreach (McpHit hit in found.Hits)
                Write(json, source, hit);
            json.WriteEndArray();
            Write(json, found.Notes);
        });
        foreach (McpHit hit in found.Hits)
        {
            result.Content.Add(new ResourceLinkBlock
            {
                Uri = hit.Place.UriIn(source),
                Name = FormattableString.Invariant($"{hit.Place.Key}:{hit.FirstLine}"),
                MimeType = McpHandlers.PlainText,
            });
        }
        return result;
    }

    public static CallToolResult Of(McpVectors vectors) => Make(json =>
    {
        json.WriteString("model", vectors.Model);
        json.WriteStartArray("vectors");
        foreach (float[] one in vectors.Vectors)
            Write(json, one);
        json.WriteEndArray();
        Write(json, NotesOf(vectors));
    });

    /// <param name="vectors">Of the texts; of the text they are compared with after them, where there is one.</param>
    /// <param name="isToOne">Whether there is one.</param>
    public static CallToolResult Similarities(McpVectors vectors, bool isToOne) => Make(json =>
    {
        json.WriteString("model", vectors.Model);
        json.WriteStartArray("scores");
        if (isToOne)
        {
            foreach (float[] one in vectors.Vectors.SkipLast(1))
                json.WriteNumberValue(Cosine(one, vectors.Vectors[^1]));
        }
        else
        {
            foreach (float[] one in vectors.Vectors)
                Write(json, [.. vectors.Vectors.Select(other => Cosine(one, other))]);
        }
        json.WriteEndArray();
        Write(json, NotesOf(vectors));
    });

    /// <summary>An error that the client's model may read and mend.</summary>
    public static CallToolResult Error(string message) => new()
    {
        IsError = true,
        Content = [new TextContentBlock { Text = message }],
    };

    private static List<string> NotesOf(McpVectors vectors)
    {
        List<string> notes = [.. vectors.Notes];
        if (vectors.Truncated > 0)
            notes.Add($"{vectors.Truncated} tokens beyond the model's limit were cut off");
        if (vectors.Unknown > 0)
            notes.Add($"{vectors.Unknown} tokens are unknown to the model");
        return notes;
    }

    // Summed in double: a vector of length one has the similarity 1 with itself to the last digits that are printed.
    private static float Cosine(float[] a, float[] b)
    {
        double dot = 0, first = 0, second = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            first += (double)a[i] * a[i];
            second += (double)b[i] * b[i];
        }
        double length = Math.Sqrt(first) * Math.Sqrt(second);
        return length == 0 ? 0 : (float)(dot / length);
    }

    private static void Write(Utf8JsonWriter json, McpSource source, McpHit hit)
    {
        json.WriteStartObject();
        json.WriteString("uri", hit.Place.UriIn(source));
        json.WriteString("document", hit.Place.Key);
        json.WriteNumber("first_line", hit.FirstLine);
        json.WriteNumber("last_line", hit.LastLine);
        if (hit.Headings.Length > 0)
            json.WriteString("headings", hit.Headings);
        json.WriteNumber("score", hit.Score);
        if (hit.Similarity is { } similarity)
            json.WriteNumber("similarity", similarity);
        if (hit.Bm25 is { } bm25)
            json.WriteNumber("bm25", bm25);
        json.WriteString("text", hit.Text);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, float[] numbers)
    {
        json.WriteStartArray();
        foreach (float one in numbers)
            json.WriteNumberValue(one);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<string> notes)
    {
        if (notes.Count == 0)
            return;
        json.WriteStartArray("notes");
        foreach (string one in notes)
            json.WriteStringValue(one);
        json.WriteEndArray();
    }

    private static CallToolResult Make(Action<Utf8JsonWriter> members)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_json))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        ReadOnlyMemory<byte> written = bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
        using var document = JsonDocument.Parse(written);
        return new CallToolResult
        {
            StructuredContent = document.RootElement.Clone(),
            Content = [new TextContentBlock { Text = Encoding.UTF8.GetString(written.Span) }],
        };
    }
}
