using Sextant.Kernels.Hamming;
using Sextant.Kernels.WeightedHamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Compares shards of binary codes with queries in 4 or 8 bits; an item is a shard.</summary>
/// <remarks>
/// Hits are scored by the negated distance, which binary32 has exactly: at most 127 · 65,536. Their order is
/// (distance, id). Codes come in the order of their ids, so that later ones lose their ties.
/// </remarks>
internal readonly unsafe struct WeightedHammingScan : IJob
{
    private const int TileCodes = HammingArguments.TileCodes;

    public required WeightedQueries Queries { get; init; }

    public required TileSource Codes { get; init; }

    public required int Shards { get; init; }

    /// <summary>[Shards, queries, K].</summary>
    public required Hit* Best { get; init; }

    public required int K { get; init; }

    /// <summary>[Shards, queries]: how many hits each has.</summary>
    public required int* Found { get; init; }

    /// <summary>[Shards]: a <see cref="WeightedBlock"/> each.</summary>
    public required byte* Blocks { get; init; }

    /// <summary>A bit for each id that may be found; null: all.</summary>
    public required ulong* Allowed { get; init; }

    public void Execute(int item, int worker)
    {
        int queries = Queries.Count;
        int tile = (int)((long)Codes.Tiles * item / Shards), end = (int)((long)Codes.Tiles * (item + 1) / Shards);
        Hit* best = Best + ((nint)item * queries * K);
        int* found = Found + ((nint)item * queries);
        new Span<int>(found, queries).Clear();
        var block = new WeightedBlock(Blocks + (item * WeightedBlock.Bytes(queries)), queries);
        while (tile < end)
        {
            ulong* tiles = Codes.Tile(tile, out int inARow, out int firstId, out int codes);
            int taken = Math.Min(Math.Min(WeightedHammingArguments.MaxTiles, inARow), end - tile);
            tile += taken;
            if (!HasAny(firstId, taken))
                continue;
            for (int query = 0; query < queries; query++)
                block.Limit(query, new BestHits(new Span<Hit>(best + ((nint)query * K), K), found[query]), false);
            Queries.Compare(tiles, taken, block);
            codes = Math.Min(taken * TileCodes, codes);
            for (int query = 0; query < queries; query++)
            {
                var kept = new BestHits(new Span<Hit>(best + ((nint)query * K), K), found[query]);
                Offer(ref kept, block, query, codes, firstId);
                found[query] = kept.Count;
            }
        }
    }

    private void Offer(ref BestHits kept, in WeightedBlock block, int query, int codes, int firstId)
    {
        int quad = 0;
        while (true)
        {
            int code = block.Next(query, ref quad, out int distance);
            if (code < 0)
                return;
            if (code < codes && NearestCodes.IsAllowed(Allowed, firstId + code))
                kept.Offer(new Hit(firstId + code, -distance));
        }
    }

    // Ids of a tile are one byte of the bits.
    private bool HasAny(int firstId, int tiles) => Allowed == null
        || new ReadOnlySpan<byte>((byte*)Allowed + (firstId / TileCodes), tiles).IndexOfAnyExcept((byte)0) >= 0;
}
