using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sextant.Server.Http;

/// <summary>
/// What is classified: a text, a pair of texts, or an array of such, each an array of one or two strings.
/// </summary>
/// <param name="IsSingle">Whether it was one text or pair.</param>
/// <param name="All">The texts and pairs; a text's second is null.</param>
[JsonConverter(typeof(SequencesConverter))]
internal sealed record Sequences(bool IsSingle, IReadOnlyList<(string First, string? Second)> All);

/// <summary>Reads and writes its forms.</summary>
internal sealed class SequencesConverter : JsonConverter<Sequences>
{
    private const string Accepted =
        "a string, a pair [string, string], or an array of arrays of one or two strings is expected";

    public override Sequences Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new Sequences(true, [(reader.GetString()!, null)]);
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
            throw new InputFormException(Accepted);
        if (reader.TokenType == JsonTokenType.String)
            return new Sequences(true, [One(ref reader)]);
        var all = new List<(string, string?)>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
                throw new InputFormException(Accepted);
            all.Add(One(ref reader));
        }
        return new Sequences(false, all);
    }

    public override void Write(Utf8JsonWriter writer, Sequences value, JsonSerializerOptions options)
    {
        string[][] all = [.. value.All.Select(one => one.Second is null ? [one.First] : new[] { one.First, one.Second })];
        JsonSerializer.Serialize(writer, value.IsSingle ? (object)all[0] : all, options);
    }

    // From the first string to the array's end.
    private static (string First, string? Second) One(ref Utf8JsonReader reader)
    {
        var texts = new List<string>(2);
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (reader.TokenType != JsonTokenType.String || texts.Count == 2)
                throw new InputFormException(Accepted);
            texts.Add(reader.GetString()!);
        }
        return texts.Count == 0 ? throw new InputFormException(Accepted) : (texts[0], texts.Count > 1 ? texts[1] : null);
    }
}
