namespace Sextant.Kernels.PackedDot;

/// <summary>The specification of scores of packed codes: one dimension after the other.</summary>
internal static unsafe class PackedDotReference
{
    public static void Run(in PackedDotArguments a)
    {
        a.AssertValid();
        int groups = PackedDotArguments.GroupsOf(a.Words, a.Bits);
        for (nint code = 0; code < a.Count; code++)
        {
            int sum = 0;
            for (int i = 0; i < 8 * groups; i++)
                sum += Value(a, code, i) * ((sbyte*)a.Query)[i];
            float score = (float)((2 * sum) - a.Offset) * a.Factors[code];
            score *= a.Scale;
            score += a.Bias;
            a.Scores[code] = a.Lengths == null ? score : score - a.Lengths[code];
        }
    }

    /// <summary>What a code has for a dimension.</summary>
    public static int Value(in PackedDotArguments a, nint code, int dimension)
    {
        ulong* words = a.Tiles + (code / 8 * a.Words * 8) + (code % 8);
        int group = dimension / 8, bit = dimension % 8 * 8;
        if (a.Bits != 3)
        {
            int at = group * a.Bits;
            return Bits(words, at / 8, bit + (at % 8), a.Bits);
        }
        int first = group / 8 * 3;
        return (group % 8) switch
        {
            0 => Bits(words, first, bit, 3),
            1 => Bits(words, first, bit + 3, 3),
            2 => Bits(words, first + 1, bit, 3),
            3 => Bits(words, first + 1, bit + 3, 3),
            4 => Bits(words, first, bit + 6, 2) + (4 * Bits(words, first + 1, bit + 6, 1)),
            5 => Bits(words, first + 2, bit, 3),
            6 => Bits(words, first + 2, bit + 3, 3),
            _ => Bits(words, first + 2, bit + 6, 2) + (4 * Bits(words, first + 1, bit + 7, 1)),
        };
    }

    private static int Bits(ulong* words, int word, int first, int count) =>
        (int)(words[(nint)word * PackedDotArguments.TileCodes] >> first) & ((1 << count) - 1);
}
