using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Exact search over rows in blocks, by one query, on a team of threads.</summary>
internal sealed unsafe class RowSearch(RowCodec codec, ThreadTeam team, SearchMemory memory)
{
    // Below this a shard is not worth waking a thread.
    private const long LeastShardBytes = 256 << 10;

    public int Search(
        ReadOnlySpan<float> query, RowBlock[] blocks, int blockCount, Span<Hit> hits, SearchOptions options)
    {
        long rows = 0;
        for (int i = 0; i < blockCount; i++)
            rows += blocks[i].Count;
        int k = (int)Math.Min(hits.Length, rows);
        if (k == 0)
            return 0;
        int shards = team.Threads == 1
            ? 1
            : (int)Math.Clamp(rows * codec.RowBytes / LeastShardBytes, 1, 2L * team.Threads);
        long queryBytes = Align((long)codec.QueryFloats * sizeof(float)), counts = Align(shards * sizeof(int));
        NativeBlock block = memory.Take(queryBytes + counts + ((long)shards * k * sizeof(Hit)));
        try
        {
            byte* start = block.Pointer;
            var scan = new RowScan
            {
                Scorer = codec.Prepare(query, (float*)start),
                Blocks = blocks,
                BlockCount = blockCount,
                Rows = rows,
                RowBytes = codec.RowBytes,
                Shards = shards,
                Best = (Hit*)(start + queryBytes + counts),
                K = k,
                Found = (int*)(start + queryBytes),
                Allowed = options.Allowed is { } allowed ? allowed.Pointer : null,
                LeastScore = options.LeastScore,
            };
            try
            {
                team.Run(scan, shards);
            }
            catch (AggregateException problem) when (problem.InnerException is ArgumentException inner)
            {
                throw new ArgumentException(inner.Message, nameof(query), inner); // the same from any thread
            }
            var best = new BestHits(hits);
            for (int shard = 0; shard < shards; shard++)
            {
                foreach (Hit hit in new Span<Hit>(scan.Best + ((nint)shard * k), scan.Found[shard]))
                    best.Offer(hit);
            }
            return best.Sort();
        }
        finally
        {
            memory.Return(block);
        }
    }

    private static long Align(long bytes) => (bytes + 63) & ~63L;
}
