using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Exact search over binary codes in tiles by float queries in 4 or 8 bits (kernels/NUMERICS.md, Weighted Hamming), on
/// a team of threads.
/// </summary>
internal sealed unsafe class WeightedHammingSearch(int dimensions, ThreadTeam team, SearchMemory memory)
{
    private const int QueriesAtOnce = 64;
    private const long MaxMemory = 64 << 20;

    /// <summary>The k nearest of each query; returns how many were written of each k.</summary>
    /// <param name="codes">What is searched.</param>
    /// <param name="queries">[n, dimensions], finite.</param>
    /// <param name="bits">4 or 8: of a query's values.</param>
    /// <param name="k">How many are wanted for each.</param>
    /// <param name="hits">Receives [n, k]: by negated distance, then by id.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    public int Nearest(
        TileSource codes, ReadOnlySpan<float> queries, int bits, int k, Span<Hit> hits, IdSet? allowed)
    {
        int count = queries.Length / dimensions, kept = Math.Min(k, codes.Count), written = 0;
        if (kept == 0)
            return 0;
        int shards = ShardedRows.Shards(
            team, (long)codes.Tiles * HammingArguments.TileCodes * codes.Words * sizeof(ulong));
        long each = WeightedQueries.Bytes(bits, codes.Words)
            + (shards * (((long)kept * sizeof(Hit)) + WeightedBlock.Bytes(1)));
        int atOnce = (int)Math.Clamp(MaxMemory / each, 1, QueriesAtOnce);
        for (int first = 0; first < count; first += atOnce)
        {
            int taken = Math.Min(atOnce, count - first);
            written = Scan(
                codes, queries.Slice(first * dimensions, taken * dimensions), bits, kept, shards, hits[(first * k)..],
                k, allowed);
        }
        return written;
    }

    private int Scan(
        TileSource codes, ReadOnlySpan<float> queries, int bits, int k, int shards, Span<Hit> hits, int stride,
        IdSet? allowed)
    {
        int count = queries.Length / dimensions, written = 0;
        long total = 0, states = (long)shards * count;
        long queriesAt = SearchMemory.Reserve(ref total, count * WeightedQueries.Bytes(bits, codes.Words));
        long bestAt = SearchMemory.Reserve(ref total, states * k * sizeof(Hit));
        long foundAt = SearchMemory.Reserve(ref total, states * sizeof(int));
        long blocksAt = SearchMemory.Reserve(ref total, shards * WeightedBlock.Bytes(count));
        NativeBlock block = memory.Take(total);
        try
        {
            byte* start = block.Pointer;
            var scan = new WeightedHammingScan
            {
                Queries = new WeightedQueries(queries, dimensions, bits, codes.Words, start + queriesAt),
                Codes = codes,
                Shards = shards,
                Best = (Hit*)(start + bestAt),
                K = k,
                Found = (int*)(start + foundAt),
                Blocks = start + blocksAt,
                Allowed = allowed is null ? null : allowed.Pointer,
            };
            ShardedRows.Run(team, scan, shards);
            for (int query = 0; query < count; query++)
            {
                var all = new BestHits(hits.Slice(query * stride, k));
                for (int shard = 0; shard < shards; shard++)
                {
                    long state = ((long)shard * count) + query;
                    foreach (Hit hit in new ReadOnlySpan<Hit>(scan.Best + (state * k), scan.Found[state]))
                        all.Offer(hit);
                }
                written = all.Sort();
            }
            return written;
        }
        finally
        {
            GC.KeepAlive(allowed); // scans read it by its address
            memory.Return(block);
        }
    }
}
