using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sextant.Server.Http;

/// <summary>
/// What is embedded: a text, texts, the token ids of one input, or those of several.
/// </summary>
/// <param name="IsSingle">Whether it was one input, not an array of inputs.</param>
/// <param name="Texts">The texts; null for token ids.</param>
/// <param name="Tokens">The token ids; null for texts.</param>
[JsonConverter(typeof(TextsOrTokensConverter))]
internal sealed record TextsOrTokens(bool IsSingle, IReadOnlyList<string>? Texts, IReadOnlyList<int[]>? Tokens)
{
    /// <summary>How many inputs.</summary>
    public int Count => Texts?.Count ?? Tokens!.Count;
}

/// <summary>Reads and writes its four forms.</summary>
internal sealed class TextsOrTokensConverter : JsonConverter<TextsOrTokens>
{
    private const string Accepted =
        "a string, an array of strings, an array of token ids or an array of such arrays is expected";

    public override TextsOrTokens Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return new TextsOrTokens(true, [reader.GetString()!], null);
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
            throw new InputFormException(Accepted);
        return reader.TokenType switch
        {
            JsonTokenType.EndArray => new TextsOrTokens(false, [], null),
            JsonTokenType.String => new TextsOrTokens(false, Strings(ref reader), null),
            JsonTokenType.Number => new TextsOrTokens(true, null, [Numbers(ref reader)]),
            JsonTokenType.StartArray => new TextsOrTokens(false, null, Arrays(ref reader)),
            _ => throw new InputFormException(Accepted),
        };
    }

    public override void Write(Utf8JsonWriter writer, TextsOrTokens value, JsonSerializerOptions options)
    {
        object form = value.Texts is { } texts
            ? value.IsSingle ? texts[0] : texts
            : value.IsSingle ? value.Tokens![0] : value.Tokens!;
        JsonSerializer.Serialize(writer, form, options);
    }

    private static List<string> Strings(ref Utf8JsonReader reader)
    {
        var texts = new List<string>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            texts.Add(reader.TokenType == JsonTokenType.String
                ? reader.GetString()! : throw new InputFormException(Accepted));
        }
        return texts;
    }

    // From the first number to the array's end.
    private static int[] Numbers(ref Utf8JsonReader reader)
    {
        var ids = new List<int>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            ids.Add(reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int id) && id >= 0
                ? id : throw new InputFormException(Accepted));
        }
        return [.. ids];
    }

    private static List<int[]> Arrays(ref Utf8JsonReader reader)
    {
        var arrays = new List<int[]>();
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (reader.TokenType != JsonTokenType.StartArray || !reader.Read())
                throw new InputFormException(Accepted);
            arrays.Add(Numbers(ref reader));
        }
        return arrays;
    }
}
