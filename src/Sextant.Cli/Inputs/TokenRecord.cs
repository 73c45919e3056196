using System.Text.Json;

namespace Sextant.Cli.Inputs;

/// <summary>Token ids, each line an array of ids or {"ids":[…],"token_type_ids":[…]}.</summary>
internal static class TokenRecord
{
    private const string Needed = "an array of token ids, or an object with 'ids' and perhaps 'token_type_ids',";

    /// <summary>All sequences of an input, read as they are asked for.</summary>
    public static IEnumerable<TokenSequence> ReadAll(LineReader lines)
    {
        using LineReader owned = lines;
        while (lines.Read(out ReadOnlyMemory<byte> line))
            yield return Read(lines, line);
    }

    private static TokenSequence Read(LineReader lines, ReadOnlyMemory<byte> line)
    {
        using JsonDocument json = JsonLine.Parse(lines, line, Needed);
        JsonElement root = json.RootElement;
        if (root.ValueKind == JsonValueKind.Array)
            return new TokenSequence(Numbers(lines, root, "ids"));
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("ids"u8, out JsonElement idsField))
            throw new InputException(lines.Name, lines.Number, $"{Needed} is needed.");
        int[] ids = Numbers(lines, idsField, "ids");
        if (!root.TryGetProperty("token_type_ids"u8, out JsonElement typesField))
            return new TokenSequence(ids);
        int[] types = Numbers(lines, typesField, "token_type_ids");
        if (types.Length != ids.Length)
        {
            throw new InputException(
                lines.Name, lines.Number,
                FormattableString.Invariant(
                    $"{ids.Length} ids, but {types.Length} token_type_ids; as many are needed."));
        }
        return new TokenSequence(ids, types);
    }

    private static int[] Numbers(LineReader lines, JsonElement array, string name)
    {
        if (array.ValueKind != JsonValueKind.Array)
            throw new InputException(
                lines.Name, lines.Number, $"'{name}' is {JsonLine.Kind(array)}; an array is needed.");
        var numbers = new int[array.GetArrayLength()];
        int count = 0;
        foreach (JsonElement value in array.EnumerateArray())
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number) || number < 0)
            {
                throw new InputException(
                    lines.Name, lines.Number,
                    FormattableString.Invariant(
                        $"'{name}' holds {JsonLine.Kind(value)} at position {count}; whole numbers from 0 are needed."));
            }
            numbers[count++] = number;
        }
        return numbers;
    }
}
