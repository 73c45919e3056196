using System.Diagnostics;
using System.Numerics;

namespace Sextant.Kernels.Hamming;

/// <summary>
/// Up to 64 tiles of codes (see <see cref="HammingArguments"/>) against many queries: which codes are nearer than each
/// query's limit, and all distances, bit by bit.
/// </summary>
/// <remarks>
/// Distances are written as numbers are added on paper: plane p holds bit p of all distances. Bit t of word l of a
/// plane, as of <see cref="Near"/>, belongs to code l of tile t. So 512 distances are compared with a limit in a few
/// operations, and a search reads single ones of them, rarely.
/// </remarks>
internal unsafe struct HammingBatchArguments
{
    /// <summary>Most tiles of a call.</summary>
    public const int MaxTiles = 64;

    /// <summary>Numbers that <see cref="Prepare"/> writes for each word of a query.</summary>
    public const int PatternsPerWord = Triples + 1;

    /// <summary>Groups of three bits in a word; one bit is left.</summary>
    internal const int Triples = 21;

    /// <summary>Distance of two groups in the kernels' tables, in bytes: eight patterns of two vectors.</summary>
    internal const int GroupBytes = 8 * PatternBytes;

    /// <summary>Distance of two patterns of a group, in bytes.</summary>
    internal const int PatternBytes = 128;

    /// <summary>[QueryCount, Words], row by row, as <see cref="HammingArguments.Queries"/>.</summary>
    public ulong* Queries;

    /// <summary>[QueryCount, Words, PatternsPerWord]: what <see cref="Prepare"/> made of the queries.</summary>
    public ushort* Patterns;

    /// <summary>[QueryCount]: codes count as near when their distance is less; 0 to 64 · Words + 1.</summary>
    public int* Limits;

    /// <summary>Queries.</summary>
    public int QueryCount;

    /// <summary>[TileCount, Words, 8].</summary>
    public ulong* Tiles;

    /// <summary>Tiles; at most <see cref="MaxTiles"/>.</summary>
    public int TileCount;

    /// <summary>64-bit words of a code, at most <see cref="HammingArguments.MaxWords"/>.</summary>
    public int Words;

    /// <summary>
    /// [QueryCount, PlaneCount(Words), 8], 64-byte aligned: distances. Undefined after the last tile.
    /// </summary>
    public ulong* Planes;

    /// <summary>[QueryCount, 8]: a bit for each code that is near; 0 after the last tile.</summary>
    public ulong* Near;

    /// <summary>Planes of a distance: the bits of the largest one.</summary>
    public static int PlaneCount(int words) => BitOperations.Log2((uint)(64 * words)) + 1;

    /// <summary>Prepares queries for any number of calls: where each three bits stand in the kernels' tables.</summary>
    /// <param name="queries">[count, words].</param>
    /// <param name="count">Queries.</param>
    /// <param name="words">64-bit words of a code.</param>
    /// <param name="patterns">Receives [count, words, PatternsPerWord].</param>
    public static void Prepare(ulong* queries, int count, int words, ushort* patterns)
    {
        for (nint word = 0; word < (nint)count * words; word++)
        {
            ulong bits = queries[word];
            for (int group = 0; group < PatternsPerWord; group++, bits >>= 3)
                *patterns++ = (ushort)((group * GroupBytes) + ((int)(bits & 7) * PatternBytes));
        }
    }

    /// <summary>The distance of a query to a code, out of the planes.</summary>
    /// <param name="planes">The query's [PlaneCount, 8].</param>
    /// <param name="count">Planes.</param>
    /// <param name="tile">Tile of the code.</param>
    /// <param name="code">Its place in the tile.</param>
    public static int Distance(ulong* planes, int count, int tile, int code)
    {
        int distance = 0;
        for (int plane = 0; plane < count; plane++)
            distance |= (int)((planes[(plane * HammingArguments.TileCodes) + code] >> tile) & 1) << plane;
        return distance;
    }

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(QueryCount >= 0 && TileCount is >= 0 and <= MaxTiles);
        Debug.Assert(Words is > 0 and <= HammingArguments.MaxWords);
        Pointers.AssertAligned(Planes, 64);
        long planes = (long)QueryCount * PlaneCount(Words) * HammingArguments.TileCodes * sizeof(ulong);
        Pointers.AssertApart(
            Tiles, (long)TileCount * Words * HammingArguments.TileCodes * sizeof(ulong), Planes, planes);
        for (int query = 0; query < QueryCount; query++)
            Debug.Assert(Limits[query] >= 0 && Limits[query] <= (64 * Words) + 1);
    }
}
