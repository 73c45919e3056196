using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Compares the codes of some lists of an inverted file with one query; an item is a shard of the lists.
/// </summary>
/// <remarks>
/// Hits are scored by the negated distance, which binary32 has exactly: their order is (distance, id).
/// </remarks>
internal readonly unsafe struct ListScan : IJob
{
    private const int TileCodes = HammingArguments.TileCodes;
    private const int ChunkTiles = 32;

    public required Kernel<HammingArguments> Kernel { get; init; }

    public required CodeList[] Lists { get; init; }

    /// <summary>The lists that are read.</summary>
    public required BinaryHit* Probed { get; init; }

    public required int Probes { get; init; }

    /// <summary>[words].</summary>
    public required ulong* Query { get; init; }

    public required ShardHits Kept { get; init; }

    /// <summary>A bit for each id; null: all.</summary>
    public required ulong* Allowed { get; init; }

    public void Execute(int item, int worker)
    {
        int* distances = stackalloc int[ChunkTiles * TileCodes];
        BestHits best = Kept.Collect(item);
        (long first, long end) = Kept.Range(Probes, item);
        for (long i = first; i < end; i++)
            Scan(Lists[Probed[i].Id], distances, ref best);
        Kept.Keep(item, best);
    }

    private void Scan(CodeList list, int* distances, ref BestHits best)
    {
        CodeStore codes = list.Codes;
        ReadOnlySpan<int> ids = list.Ids;
        for (int tile = 0; tile < codes.Tiles;)
        {
            ulong* tiles = codes.Tile(tile, out int inARow, out int first, out _);
            int taken = Math.Min(Math.Min(ChunkTiles, inARow), codes.Tiles - tile);
            Kernel(new HammingArguments
            {
                Queries = Query,
                QueryCount = 1,
                Tiles = tiles,
                TileCount = taken,
                Words = codes.Words,
                Distances = distances,
            });
            for (int i = 0; i < taken * TileCodes && first + i < ids.Length; i++)
            {
                int id = ids[first + i];
                if (NearestCodes.IsAllowed(Allowed, id))
                    best.Offer(new Hit(id, -distances[i]));
            }
            tile += taken;
        }
    }
}
