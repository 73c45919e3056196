using Sextant.Kernels.PackedDot;

namespace Sextant.Codes;

/// <summary>
/// Numbers of 1 to 4 bits in bytes, as the packed dot kernels read them (<see cref="PackedDotArguments"/>).
/// </summary>
internal static class PackedCode
{
    /// <summary>Bytes of a code: whole words of 64 bits.</summary>
    public static int Bytes(int dimensions, int bits) =>
        PackedDotArguments.WordsOf((dimensions + 7) / 8, bits) * sizeof(ulong);

    /// <summary>Bytes of a query that is compared with such codes: one for each dimension they have room for.</summary>
    public static int QueryBytes(int dimensions, int bits) =>
        PackedDotArguments.GroupsOf(Bytes(dimensions, bits) / sizeof(ulong), bits) * sizeof(ulong);

    public static void Pack(ReadOnlySpan<byte> numbers, int bits, Span<byte> code)
    {
        code.Clear();
        for (int i = 0; i < numbers.Length; i++)
        {
            int group = i / 8, lane = i % 8, number = numbers[i];
            if (bits != 3)
            {
                int perWord = 8 / bits;
                code[(group / perWord * 8) + lane] |= (byte)(number << (group % perWord * bits));
                continue;
            }
            (int word, int shift) = PlaceOfThree(group);
            code[(word * 8) + lane] |= (byte)(number << shift);
            if (group % 8 is 4 or 7)
                code[(HighWord(group) * 8) + lane] |= (byte)((number >> 2) << HighBit(group));
        }
    }

    public static void Unpack(ReadOnlySpan<byte> code, int bits, Span<byte> numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            int group = i / 8, lane = i % 8;
            if (bits != 3)
            {
                int perWord = 8 / bits;
                numbers[i] = (byte)(code[(group / perWord * 8) + lane] >> (group % perWord * bits) & ((1 << bits) - 1));
                continue;
            }
            (int word, int shift) = PlaceOfThree(group);
            int number = code[(word * 8) + lane] >> shift & 7;
            if (group % 8 is 4 or 7)
                number |= (code[(HighWord(group) * 8) + lane] >> HighBit(group) & 1) << 2;
            numbers[i] = (byte)number;
        }
    }

    // Where the lowest bit of a group lies; of groups 4 and 7 of a block the third bit has a place of its own.
    private static (int Word, int Shift) PlaceOfThree(int group)
    {
        (int word, int shift) = (group % 8) switch
        {
            0 => (0, 0),
            1 => (0, 3),
            2 => (1, 0),
            3 => (1, 3),
            4 => (0, 6),
            5 => (2, 0),
            6 => (2, 3),
            _ => (2, 6),
        };
        return ((group / 8 * 3) + word, shift);
    }

    private static int HighWord(int group) => (group / 8 * 3) + 1;

    private static int HighBit(int group) => group % 8 == 4 ? 6 : 7;
}
