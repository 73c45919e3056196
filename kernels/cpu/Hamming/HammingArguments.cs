using System.Diagnostics;

namespace Sextant.Kernels.Hamming;

/// <summary>
/// distances [QueryCount, 8·TileCount] = bits in which query and code differ. Codes lie in tiles of eight: the first
/// words of the eight codes, then their second words, and so on. So a vector holds one word of many codes, and the sum
/// over a code never crosses its elements.
/// </summary>
internal unsafe struct HammingArguments
{
    /// <summary>Codes in a tile.</summary>
    public const int TileCodes = 8;

    /// <summary>Most 64-bit words of a code: 65,536 bits.</summary>
    public const int MaxWords = 1024;

    /// <summary>
    /// [QueryCount, Words], row by row. What lies behind a code's last bit is zero in queries and codes.
    /// </summary>
    public ulong* Queries;

    /// <summary>Queries.</summary>
    public int QueryCount;

    /// <summary>[TileCount, Words, 8].</summary>
    public ulong* Tiles;

    /// <summary>Tiles.</summary>
    public nint TileCount;

    /// <summary>64-bit words of a code, at most <see cref="MaxWords"/>.</summary>
    public int Words;

    /// <summary>[QueryCount, 8·TileCount], row by row; written, never read.</summary>
    public int* Distances;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(QueryCount >= 0 && TileCount >= 0 && Words is > 0 and <= MaxWords);
        long codes = TileCount * TileCodes;
        long distances = QueryCount * codes * sizeof(int);
        Pointers.AssertApart(Tiles, codes * Words * sizeof(ulong), Distances, distances);
        Pointers.AssertApart(Queries, (long)QueryCount * Words * sizeof(ulong), Distances, distances);
    }
}
