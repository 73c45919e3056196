using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>Finds the nearest codes of the lists whose centroids are nearest, in all segments of a commit.</summary>
internal sealed unsafe class ListSearch(
    IndexSnapshot snapshot, int[] firstIds, HammingSearch hamming, ThreadTeam team, SearchMemory memory)
{
    private readonly Kernel<HammingArguments> _kernel = KernelSet.Chosen.Hamming.Run;

    /// <param name="code">The query's, by which lists are chosen.</param>
    /// <param name="prepared">The query itself, by which codes are where it is taken in more than one bit.</param>
    /// <param name="queryBits">1, 4 or 8.</param>
    /// <param name="wanted">How many lists are read, in every segment.</param>
    /// <param name="hits">Receives the hits: by negated distance, then by id.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    public int Nearest(
        ReadOnlySpan<byte> code, ReadOnlySpan<float> prepared, int queryBits, int wanted, Span<Hit> hits,
        IdSet? allowed)
    {
        CentroidTiles centroids = snapshot.Codes.Centroids!;
        int lists = Math.Min(wanted, centroids.Count), words = snapshot.Codes.Layout.Words;
        int most = checked(lists * snapshot.Segments.Count);
        int shards = Math.Clamp(most, 1, 2 * team.Threads);
        long total = 0;
        bool isWeighted = queryBits > 1;
        long queryAt = SearchMemory.Reserve(
            ref total, isWeighted ? WeightedQueries.Bytes(queryBits, words) : (long)words * sizeof(ulong));
        long blocksAt = SearchMemory.Reserve(ref total, isWeighted ? shards * WeightedBlock.Bytes(1) : 0);
        long probedAt = SearchMemory.Reserve(ref total, (long)most * sizeof(ListProbe));
        long nearestAt = SearchMemory.Reserve(ref total, (long)lists * sizeof(BinaryHit));
        long keptAt = SearchMemory.Reserve(ref total, ShardHits.Bytes(shards, hits.Length));
        NativeBlock block = memory.Take(total);
        try
        {
            byte* start = block.Pointer;
            var probed = (ListProbe*)(start + probedAt);
            int probes = 0;
            long codes = 0;
            var nearest = new Span<BinaryHit>(start + nearestAt, lists);
            nearest = nearest[..hamming.Nearest(centroids, code, code.Length, lists, nearest, null)];
            for (int i = 0; i < snapshot.Segments.Count; i++)
            {
                foreach (BinaryHit one in nearest)
                {
                    (int first, int end) = snapshot.Segments[i].Lists!.Range(one.Id);
                    codes += end - first;
                    if (first < end)
                        probed[probes++] = new ListProbe(i, one.Id);
                }
            }
            if (probes == 0 || hits.Length == 0)
                return 0;
            shards = Math.Min(shards, ShardedRows.Shards(team, codes * words * sizeof(ulong)));
            if (!isWeighted)
                CodeStore.Widen(code, (ulong*)(start + queryAt), words);
            var kept = new ShardHits(start + keptAt, shards, hits.Length);
            var scan = new SegmentListScan
            {
                Kernel = _kernel,
                Segments = snapshot.Segments,
                FirstIds = firstIds,
                Probed = probed,
                Probes = probes,
                Query = isWeighted ? null : (ulong*)(start + queryAt),
                Weighted = isWeighted
                    ? new WeightedQueries(prepared, prepared.Length, queryBits, words, start + queryAt) : default,
                Blocks = start + blocksAt,
                Words = words,
                Kept = kept,
                Allowed = allowed is null ? null : allowed.Pointer,
            };
            ShardedRows.Run(team, scan, shards);
            return kept.Merge(hits);
        }
        finally
        {
            GC.KeepAlive(allowed); // scans read them by their addresses
            GC.KeepAlive(centroids);
            memory.Return(block);
        }
    }
}
