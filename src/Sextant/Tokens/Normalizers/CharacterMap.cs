using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Sextant.Tokens;

/// <summary>
/// SentencePiece's compiled normalisation rules: a double-array trie over UTF-8 bytes whose values are positions in a
/// list of replacements that end with a zero byte.
/// </summary>
internal sealed class CharacterMap
{
    private const int LeafFlag = 1 << 8, ExtensionFlag = 1 << 9, OffsetShift = 10;
    private const uint ValueMask = (1U << 31) - 1, LabelMask = 1U << 31 | 0xFF;

    private readonly uint[] _units;
    private readonly string _replacements;
    // Where in the replacements the one begins that is at this byte of the file; −1 within a code point.
    private readonly int[] _positions;

    private CharacterMap(uint[] units, string replacements, int[] positions) =>
        (_units, _replacements, _positions) = (units, replacements, positions);

    /// <summary>Reads the field <c>precompiled_charsmap</c>, which is Base64.</summary>
    internal static CharacterMap Read(ComponentFields fields)
    {
        const string Name = "precompiled_charsmap", Accepted = "a charsmap of SentencePiece in Base64";
        JsonElement text = fields.Element(Name, JsonValueKind.String, Accepted);
        if (!text.TryGetBytesFromBase64(out byte[]? bytes) || bytes.Length < 4)
            throw fields.Refusal(Name, "no Base64 or too short", Accepted);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (size < 4 || size > bytes.Length - 4)
            throw fields.Refusal(Name, $"a trie of {size} bytes in {bytes.Length}", Accepted);
        uint[] units = new uint[size / 4];
        for (int i = 0; i < units.Length; i++)
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 + 4 * i));
        ReadOnlySpan<byte> list = bytes.AsSpan(4 + 4 * units.Length);
        if (!System.Text.Unicode.Utf8.IsValid(list))
            throw fields.Refusal(Name, "replacements that are no UTF-8", Accepted);
        int[] positions = new int[list.Length];
        int unit = 0;
        for (int i = 0; i < list.Length;)
        {
            _ = Rune.DecodeFromUtf8(list[i..], out Rune rune, out int length);
            positions.AsSpan(i, length).Fill(-1);
            positions[i] = unit;
            (i, unit) = (i + length, unit + rune.Utf16SequenceLength);
        }
        return new CharacterMap(units, Encoding.UTF8.GetString(list), positions);
    }

    /// <summary>What the shortest beginning of <paramref name="bytes"/> that has a rule becomes.</summary>
    internal bool TryMap(scoped ReadOnlySpan<byte> bytes, out ReadOnlySpan<char> replacement)
    {
        replacement = default;
        uint node = Offset(_units[0]);
        foreach (byte value in bytes)
        {
            node ^= value;
            if (value == 0 || node >= _units.Length || (_units[node] & LabelMask) != value)
                return false;
            uint unit = _units[node];
            node ^= Offset(unit);
            if ((unit & LeafFlag) == 0)
                continue;
            uint position = node < _units.Length ? _units[node] & ValueMask : uint.MaxValue;
            if (position >= _positions.Length || _positions[position] < 0)
                return false;
            replacement = _replacements.AsSpan(_positions[position]);
            int end = replacement.IndexOf('\0');
            replacement = end < 0 ? replacement : replacement[..end];
            return true;
        }
        return false;
    }

    private static uint Offset(uint unit) => unit >> OffsetShift << (int)((unit & ExtensionFlag) >> 6);
}
