using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Scans shards of the codes for a block of queries; an item is a shard.</summary>
/// <remarks>
/// A chunk of codes that fits into the first-level cache serves all queries, four at a time, and the distances are used
/// while they are there too.
/// </remarks>
internal readonly unsafe struct HammingScan : IJob
{
    /// <summary>Queries whose distances are computed at once.</summary>
    public const int QueriesAtOnce = 4;

    private const int TileCodes = HammingArguments.TileCodes;
    private const int ChunkBytes = 16 << 10;
    private const int ChunkTiles = 128;

    public required Kernel<HammingArguments> Kernel { get; init; }

    public required TileSource Codes { get; init; }

    public required int Shards { get; init; }

    /// <summary>[QueryCount, words].</summary>
    public required ulong* Queries { get; init; }

    public required int QueryCount { get; init; }

    /// <summary>[Shards, QueryCount].</summary>
    public required NearestCodes* Nearest { get; init; }

    /// <summary>[Shards, QueriesAtOnce, ChunkTiles · 8].</summary>
    public required int* Distances { get; init; }

    /// <summary>Counts what is within this distance; negative for no counting.</summary>
    public required int Radius { get; init; }

    /// <summary>[Shards]: what was counted, over all queries.</summary>
    public required long* Within { get; init; }

    /// <summary>A bit for each id that may be found; null: all.</summary>
    public required ulong* Allowed { get; init; }

    /// <summary>Distances that each shard needs memory for.</summary>
    public static int DistancesPerShard => QueriesAtOnce * ChunkTiles * TileCodes;

    public void Execute(int item, int worker)
    {
        int words = Codes.Words;
        // What one query reads is not read again, and the kernel's two streams begin anew with each call.
        int chunk = QueryCount == 1
            ? QueriesAtOnce * ChunkTiles
            : Math.Clamp(ChunkBytes / (words * TileCodes * sizeof(ulong)), 1, ChunkTiles);
        int tile = (int)((long)Codes.Tiles * item / Shards);
        int end = (int)((long)Codes.Tiles * (item + 1) / Shards);
        NearestCodes* nearest = Nearest + ((nint)item * QueryCount);
        int* distances = Distances + ((nint)item * DistancesPerShard);
        long within = 0;
        while (tile < end)
        {
            ulong* tiles = Codes.Tile(tile, out int inARow, out int firstId, out int codes);
            int taken = Math.Min(Math.Min(chunk, inARow), end - tile);
            if (Allowed != null)
            {
                int skipped = Forbidden(firstId, taken);
                if (skipped > 0)
                {
                    tile += skipped;
                    continue;
                }
            }
            codes = Math.Min(taken * TileCodes, codes);
            for (int query = 0; query < QueryCount; query += QueriesAtOnce)
            {
                int queries = Math.Min(QueriesAtOnce, QueryCount - query);
                Kernel(new HammingArguments
                {
                    Queries = Queries + ((nint)query * words),
                    QueryCount = queries,
                    Tiles = tiles,
                    TileCount = taken,
                    Words = words,
                    Distances = distances,
                });
                for (int i = 0; i < queries; i++)
                {
                    int* found = distances + (i * taken * TileCodes);
                    nearest[query + i].Offer(found, codes, firstId, Allowed);
                    if (Radius >= 0)
                        within += CountWithin(found, codes, firstId);
                }
            }
            tile += taken;
        }
        Within[item] = within;
    }

    // Tiles from here on without any code that is allowed; ids of a tile are one byte of the bits.
    private int Forbidden(int firstId, int tiles)
    {
        byte* bits = (byte*)Allowed + (firstId / TileCodes);
        int skipped = 0;
        while (skipped < tiles && bits[skipped] == 0)
            skipped++;
        return skipped;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int CountWithin(int* distances, int count, int firstId)
    {
        int total = 0, i = 0;
        if (Allowed == null)
        {
            Vector256<int> limit = Vector256.Create(Radius), counts = Vector256<int>.Zero;
            for (; i <= count - 8; i += 8)
                counts -= Vector256.LessThanOrEqual(Vector256.Load(distances + i), limit);
            total = Vector256.Sum(counts);
        }
        for (; i < count; i++)
        {
            if (distances[i] <= Radius && NearestCodes.IsAllowed(Allowed, firstId + i))
                total++;
        }
        return total;
    }
}
