using System.Diagnostics;

namespace Sextant.Kernels.PackedDot;

/// <summary>
/// scores [Count] of packed codes of 1 to 4 bits and a query of signed bytes: d = Σ code · query, exactly;
/// score = (((2·d − Offset) as binary32 · factor) · Scale + Bias) − length, each operation rounded.
/// </summary>
/// <remarks>
/// <para>Codes lie in the Hamming kernels' tiles of eight. The eight bytes of a word belong to eight dimensions: byte i
/// of a word has, of each group of eight dimensions that is in the word, dimension i.</para>
/// <para>Groups in a word, the first in the lowest bits: 8 of 1 bit, 4 of 2 bits, 2 of 4 bits. Of 3 bits a block of
/// eight groups is three words: groups 0 and 1 in bits 0–2 and 3–5 of word 0; 2 and 3 in word 1; 5 and 6 in word 2;
/// group 4 is bits 6–7 of word 0 below bit 6 of word 1; group 7 is bits 6–7 of word 2 below bit 7 of word 1. The last
/// block may end with any of its words.</para>
/// </remarks>
internal unsafe struct PackedDotArguments
{
    /// <summary>Codes in a tile.</summary>
    public const int TileCodes = Hamming.HammingArguments.TileCodes;

    /// <summary>Most bits of a dimension.</summary>
    public const int MaxBits = 4;

    /// <summary>Maximum number of groups: 2·d fits into 32 bits.</summary>
    public const int MaxGroups = 1 << 16;

    /// <summary>[groups]: eight signed bytes each, from −127 to 127; 0 where a code has no dimension.</summary>
    public ulong* Query;

    /// <summary>Bits of a dimension.</summary>
    public int Bits;

    /// <summary>[tiles, Words, 8].</summary>
    public ulong* Tiles;

    /// <summary>Codes; what the last tile has beyond them is read and not scored.</summary>
    public nint Count;

    /// <summary>64-bit words of a code.</summary>
    public int Words;

    /// <summary>What is taken from 2·d.</summary>
    public int Offset;

    /// <summary>What a product of code and query is worth.</summary>
    public float Scale;

    /// <summary>What is added to every score.</summary>
    public float Bias;

    /// <summary>[Count].</summary>
    public float* Factors;

    /// <summary>[Count]; null: nothing is taken from the scores.</summary>
    public float* Lengths;

    /// <summary>[Count]; written, never read.</summary>
    public float* Scores;

    /// <summary>Words that so many groups of eight dimensions take.</summary>
    public static int WordsOf(int groups, int bits)
    {
        if (bits != 3)
            return ((groups * bits) + 7) / 8;
        int rest = groups % 8;
        return (groups / 8 * 3) + (rest == 0 ? 0 : rest <= 2 ? 1 : rest <= 5 ? 2 : 3);
    }

    /// <summary>Groups that so many words have room for.</summary>
    public static int GroupsOf(int words, int bits) =>
        bits != 3 ? words * 8 / bits : (words / 3 * 8) + (words % 3) switch { 0 => 0, 1 => 2, _ => 5 };

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(Count >= 0 && Words > 0 && Bits is > 0 and <= MaxBits && GroupsOf(Words, Bits) <= MaxGroups);
        long codes = (Count + TileCodes - 1) / TileCodes * TileCodes;
        Pointers.AssertApart(Tiles, codes * Words * sizeof(ulong), Scores, Count * sizeof(float));
        Pointers.AssertApart(Factors, Count * sizeof(float), Scores, Count * sizeof(float));
    }
}
