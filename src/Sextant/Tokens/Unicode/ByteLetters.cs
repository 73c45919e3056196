namespace Sextant.Tokens;

/// <summary>
/// A visible letter for every byte, as byte-level vocabularies write them: printable ASCII and Latin-1 stand for
/// themselves, the other bytes for U+0100 and on, in order (Radford et al. 2019, GPT-2).
/// </summary>
internal static class ByteLetters
{
    /// <summary>The letter of the space byte.</summary>
    internal const char Space = '\u0120';

    private static readonly char[] Letters = new char[256];
    private static readonly short[] Bytes = new short[0x180];

    static ByteLetters()
    {
        Bytes.AsSpan().Fill(-1);
        int next = 0x100;
        for (int value = 0; value < Letters.Length; value++)
        {
            bool visible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            Letters[value] = (char)(visible ? value : next++);
            Bytes[Letters[value]] = (short)value;
        }
    }

    /// <summary>The letters of all bytes, in order.</summary>
    internal static ReadOnlySpan<char> All => Letters;

    /// <summary>The byte of a letter, or −1.</summary>
    internal static int ByteOf(char letter) => letter < Bytes.Length ? Bytes[letter] : -1;

    /// <summary>Appends the letters of the UTF-8 bytes of a part of <paramref name="source"/>.</summary>
    internal static void Append(NormalizedText source, int start, int end, NormalizedText destination)
    {
        ReadOnlySpan<char> units = source.Units[..end], letters = Letters;
        for (int i = start; i < end;)
        {
            int from = i;
            int codePoint = CodePoints.Next(units, ref i);
            if (codePoint < 0x80)
            {
                destination.Append(letters[codePoint], source, from);
            }
            else if (codePoint < 0x800)
            {
                destination.Append(letters[0xC0 | codePoint >> 6], source, from);
                destination.Append(letters[0x80 | codePoint & 0x3F], source, from);
            }
            else
            {
                if (codePoint < 0x10000)
                {
                    destination.Append(letters[0xE0 | codePoint >> 12], source, from);
                }
                else
                {
                    destination.Append(letters[0xF0 | codePoint >> 18], source, from);
                    destination.Append(letters[0x80 | codePoint >> 12 & 0x3F], source, from);
                }
                destination.Append(letters[0x80 | codePoint >> 6 & 0x3F], source, from);
                destination.Append(letters[0x80 | codePoint & 0x3F], source, from);
            }
        }
    }
}
