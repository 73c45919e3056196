using System.Text.Json;

namespace Sextant.Weights;

/// <summary>Finds the unknown token that a tokenizer.json names, without reading its vocabulary.</summary>
internal static class UnknownToken
{
    // Vocabularies of a million tokens take tens of megabytes.
    private const long LongestFile = 1L << 30;

    /// <summary>
    /// 'model.unk_token' of the folder's tokenizer.json; null where there is no such file or key. Unigram models have
    /// an 'unk_id' instead, which model2vec does not look at, so neither does this.
    /// </summary>
    public static string? NameIn(string folder)
    {
        string file = Path.Combine(folder, "tokenizer.json");
        if (!File.Exists(file))
            return null;
        byte[] json = JsonText.Read(file, LongestFile);
        try
        {
            var reader = new Utf8JsonReader(
                json.AsSpan(JsonText.MarkLength(json)), new JsonReaderOptions { MaxDepth = JsonText.Depth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !Enter(ref reader, "model"u8)
                || reader.TokenType != JsonTokenType.StartObject || !Enter(ref reader, "unk_token"u8))
                return null;
            return reader.TokenType == JsonTokenType.String ? JsonText.Text(file, ref reader) : null;
        }
        catch (JsonException error)
        {
            throw JsonText.NotJson(file, error);
        }
    }

    // From the start of an object to the value of one of its keys.
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> key)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool found = reader.ValueTextEquals(key);
            reader.Read();
            if (found)
                return true;
            reader.Skip();
        }
        return false;
    }
}
