using System.Buffers;
using System.Text.Json;

namespace Sextant.Postgres;

/// <summary>What is kept as jsonb.</summary>
internal static class JsonFields
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>{term: times}.</summary>
    public static ReadOnlyMemory<byte> Of(IReadOnlyCollection<KeyValuePair<string, int>> terms) => Write(json =>
    {
        foreach ((string term, int times) in terms)
            json.WriteNumber(term, times);
    });

    /// <summary>{name: value}.</summary>
    public static ReadOnlyMemory<byte> Of(IReadOnlyCollection<KeyValuePair<string, string>> values) => Write(json =>
    {
        foreach ((string name, string value) in values)
            json.WriteString(name, value);
    });

    /// <summary>Terms and how often each is there; null where a number is none.</summary>
    public static IReadOnlyCollection<KeyValuePair<string, int>>? Terms(string text)
    {
        using JsonDocument json = JsonDocument.Parse(text);
        var terms = new List<KeyValuePair<string, int>>();
        if (json.RootElement.ValueKind != JsonValueKind.Object)
            return null;
        foreach (JsonProperty one in json.RootElement.EnumerateObject())
        {
            if (one.Value.ValueKind != JsonValueKind.Number || !one.Value.TryGetInt32(out int times) || times <= 0)
                return null;
            terms.Add(new(one.Name, times));
        }
        return terms;
    }

    /// <summary>Values by name, all of them texts.</summary>
    public static Dictionary<string, string> Texts(string text)
    {
        using JsonDocument json = JsonDocument.Parse(text);
        return json.RootElement.EnumerateObject().ToDictionary(
            one => one.Name, one => one.Value.GetString() ?? "", StringComparer.Ordinal);
    }

    /// <summary>An object.</summary>
    public static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return bytes.WrittenMemory;
    }
}
