using System.Text.Json;

namespace Sextant.Server.Routes;

/// <summary>Vectors as JSON: the shortest decimal number that reads back as the same bits.</summary>
internal static class VectorJson
{
    /// <summary>Bytes after which what was written is sent.</summary>
    public const int FlushBytes = 64 * 1024;

    public static void Write(Utf8JsonWriter json, ReadOnlySpan<float> vector)
    {
        json.WriteStartArray();
        foreach (float value in vector)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    /// <summary>Sends what was written; waits for a client that reads slowly.</summary>
    public static async Task Flush(Utf8JsonWriter json, HttpResponse response, CancellationToken cancellation)
    {
        await json.FlushAsync(cancellation).ConfigureAwait(false);
        await response.BodyWriter.FlushAsync(cancellation).ConfigureAwait(false);
    }
}
