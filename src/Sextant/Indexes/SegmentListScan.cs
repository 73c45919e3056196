using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.WeightedHamming;
using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>A list of a segment that is read.</summary>
internal readonly record struct ListProbe(int Segment, int List);

/// <summary>
/// Compares the codes of some lists of mapped segments with one query; an item is a shard of the lists.
/// </summary>
/// <remarks>
/// Hits are scored by the negated distance, which binary32 has exactly: their order is (distance, id).
/// </remarks>
internal readonly unsafe struct SegmentListScan : IJob
{
    private const int TileCodes = HammingArguments.TileCodes;
    private const int ChunkTiles = 32;

    public required Kernel<HammingArguments> Kernel { get; init; }

    public required IReadOnlyList<Segment> Segments { get; init; }

    public required int[] FirstIds { get; init; }

    public required ListProbe* Probed { get; init; }

    public required int Probes { get; init; }

    /// <summary>[words]: the query's code; null: the query is <see cref="Weighted"/>.</summary>
    public required ulong* Query { get; init; }

    /// <summary>One query in 4 or 8 bits.</summary>
    public required WeightedQueries Weighted { get; init; }

    /// <summary>[shards]: a <see cref="WeightedBlock"/> each, for <see cref="Weighted"/>.</summary>
    public required byte* Blocks { get; init; }

    public required int Words { get; init; }

    public required ShardHits Kept { get; init; }

    /// <summary>A bit for each id; null: all.</summary>
    public required ulong* Allowed { get; init; }

    public void Execute(int item, int worker)
    {
        int* distances = stackalloc int[ChunkTiles * TileCodes];
        BestHits best = Kept.Collect(item);
        (long first, long end) = Kept.Range(Probes, item);
        for (long i = first; i < end; i++)
        {
            ListProbe probe = Probed[i];
            SegmentLists lists = Segments[probe.Segment].Lists!;
            int firstId = FirstIds[probe.Segment];
            if (Query == null)
                ScanWeighted(item, lists, probe.List, firstId, ref best);
            else
                Scan(lists, probe.List, firstId, distances, ref best);
        }
        Kept.Keep(item, best);
    }

    private void Scan(SegmentLists lists, int list, int firstId, int* distances, ref BestHits best)
    {
        (int start, int end) = lists.Range(list);
        ReadOnlySpan<uint> rows = lists.Rows(start, end);
        // Codes of other lists share the first and the last tile.
        int lastTile = (end + TileCodes - 1) / TileCodes;
        for (int tile = start / TileCodes; tile < lastTile && start < end; tile += ChunkTiles)
        {
            int tiles = Math.Min(ChunkTiles, lastTile - tile), first = tile * TileCodes;
            Kernel(new HammingArguments
            {
                Queries = Query,
                QueryCount = 1,
                Tiles = lists.Codes(tile, tiles),
                TileCount = tiles,
                Words = Words,
                Distances = distances,
            });
            int tilesEnd = Math.Min(end, first + (tiles * TileCodes));
            for (int position = Math.Max(start, first); position < tilesEnd; position++)
            {
                int id = firstId + lists.Require(rows[position - start]);
                if (NearestCodes.IsAllowed(Allowed, id))
                    best.Offer(new Hit(id, -distances[position - first]));
            }
        }
    }

    private void ScanWeighted(int item, SegmentLists lists, int list, int firstId, ref BestHits best)
    {
        (int start, int end) = lists.Range(list);
        ReadOnlySpan<uint> rows = lists.Rows(start, end);
        var block = new WeightedBlock(Blocks + (item * WeightedBlock.Bytes(1)), 1);
        int lastTile = (end + TileCodes - 1) / TileCodes;
        for (int tile = start / TileCodes; tile < lastTile && start < end; tile += WeightedHammingArguments.MaxTiles)
        {
            int tiles = Math.Min(WeightedHammingArguments.MaxTiles, lastTile - tile), quad = 0, code;
            block.Limit(0, best, mayTie: true);
            Weighted.Compare(lists.Codes(tile, tiles), tiles, block);
            while ((code = block.Next(0, ref quad, out int distance)) >= 0)
            {
                int position = (tile * TileCodes) + code;
                if (position < start || position >= end)
                    continue;
                int id = firstId + lists.Require(rows[position - start]);
                if (NearestCodes.IsAllowed(Allowed, id))
                    best.Offer(new Hit(id, -distance));
            }
        }
    }
}
