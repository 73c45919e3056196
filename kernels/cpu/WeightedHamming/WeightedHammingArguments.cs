using System.Diagnostics;
using Sextant.Kernels.Hamming;

namespace Sextant.Kernels.WeightedHamming;

/// <summary>
/// Up to 64 tiles of codes (see <see cref="HammingArguments"/>) against queries of small whole numbers: a code's
/// distance is the sum of the magnitudes of those of the query's numbers whose sign differs from the code's.
/// </summary>
/// <remarks>
/// Codes of four tiles, a quad, lie next to each other in what is written: [quad, code of a tile, tile of the quad].
/// </remarks>
internal unsafe struct WeightedHammingArguments
{
    /// <summary>Most tiles of a call.</summary>
    public const int MaxTiles = 64;

    /// <summary>Tiles of a quad.</summary>
    public const int QuadTiles = 4;

    /// <summary>Codes of a quad: bits of a word of <see cref="Near"/>.</summary>
    public const int QuadCodes = QuadTiles * HammingArguments.TileCodes;

    /// <summary>Quads of the most tiles.</summary>
    public const int MaxQuads = MaxTiles / QuadTiles;

    /// <summary>Distances of a query.</summary>
    public const int MaxCodes = MaxTiles * HammingArguments.TileCodes;

    /// <summary>Bytes of the table of a word: 16 sums for each half of its bytes.</summary>
    internal const int TableBytes = 256;

    internal const int WordBits = 64;

    // Of two digits, the lower one counts to 15.
    internal const int DigitBits = 4;

    /// <summary>
    /// [QueryCount, 64 · Words]: the query's numbers by dimension, zero where a code has none. From −7 to 7 where
    /// <see cref="Digits"/> is one, −127 to 127 where it is two.
    /// </summary>
    public sbyte* Levels;

    /// <summary>[QueryCount, Digits, Words, 256]: what <see cref="Prepare"/> made of the levels.</summary>
    public byte* Tables;

    /// <summary>Tables of a word: 1 or 2.</summary>
    public int Digits;

    /// <summary>[QueryCount]: codes count as near when their distance is less.</summary>
    public int* Limits;

    /// <summary>Queries.</summary>
    public int QueryCount;

    /// <summary>[TileCount, Words, 8].</summary>
    public ulong* Tiles;

    /// <summary>Tiles; at most <see cref="MaxTiles"/>.</summary>
    public int TileCount;

    /// <summary>64-bit words of a code, at most <see cref="HammingArguments.MaxWords"/>.</summary>
    public int Words;

    /// <summary>[QueryCount, MaxQuads, 8, 4]; undefined after the last tile.</summary>
    public int* Distances;

    /// <summary>[QueryCount, MaxQuads]: a bit for each code that is near; 0 after the last tile.</summary>
    public uint* Near;

    /// <summary>Digits of a query in so many bits.</summary>
    public static int DigitsOf(int bits) => bits <= DigitBits ? 1 : 2;

    /// <summary>Bytes that <see cref="Prepare"/> writes for a query.</summary>
    public static int TablesBytes(int words, int digits) => words * digits * TableBytes;

    /// <summary>Where a code's distance stands among its query's, and its bit in <see cref="Near"/>.</summary>
    public static int Place(int tile, int code) =>
        (((tile / QuadTiles * HammingArguments.TileCodes) + code) * QuadTiles) + (tile % QuadTiles);

    /// <summary>Which code a place is of, counted from the block's first.</summary>
    public static int Code(int place) =>
        (((place / QuadCodes * QuadTiles) + (place % QuadTiles)) * HammingArguments.TileCodes)
        + (place / QuadTiles % HammingArguments.TileCodes);

    /// <summary>
    /// Prepares a query for any number of calls: what the sixteen patterns of each half byte of a code add.
    /// </summary>
    /// <param name="levels">[64 · words].</param>
    /// <param name="words">64-bit words of a code.</param>
    /// <param name="digits">1 or 2.</param>
    /// <param name="tables">Receives [digits, words, 256].</param>
    public static void Prepare(sbyte* levels, int words, int digits, byte* tables)
    {
        const int Group = 4;
        int groups = words * WordBits / Group;
        for (int digit = 0; digit < digits; digit++)
        {
            for (int group = 0; group < groups; group++, tables += 1 << Group)
            {
                // Dimension 8·b + 7 − j is bit j of byte b: the lower half of a byte has its last four.
                sbyte* last = levels + ((group ^ 1) * Group) + Group - 1;
                for (int pattern = 0; pattern < 1 << Group; pattern++)
                {
                    int sum = 0;
                    for (int bit = 0; bit < Group; bit++)
                    {
                        int level = last[-bit];
                        if ((((pattern >> bit) & 1) != 0) != level > 0)
                            sum += digits == 1 ? Math.Abs(level) : Digit(level, digit);
                    }
                    tables[pattern] = (byte)sum;
                }
            }
        }
    }

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(QueryCount >= 0 && TileCount is >= 0 and <= MaxTiles && Digits is 1 or 2);
        Debug.Assert(Words is > 0 and <= HammingArguments.MaxWords);
        long codes = (long)TileCount * Words * HammingArguments.TileCodes * sizeof(ulong);
        Pointers.AssertApart(Tiles, codes, Distances, (long)QueryCount * MaxCodes * sizeof(int));
        int top = QueryLevels.Max(Digits * DigitBits);
        for (nint i = 0; i < (nint)QueryCount * Words * WordBits; i++)
            Debug.Assert(Math.Abs((int)Levels[i]) <= top);
    }

    private static int Digit(int level, int digit) =>
        (Math.Abs(level) >> (digit * DigitBits)) & ((1 << DigitBits) - 1);
}
