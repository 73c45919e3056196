using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Exact search over rows of a <see cref="RowCodec"/> on a team of threads.</summary>
internal sealed unsafe class RowSearch(RowCodec codec, ThreadTeam team, SearchMemory memory)
{
    private const int QueriesInABlock = 64;
    private const long MaxMemory = 64 << 20;

    public int Search(ReadOnlySpan<float> query, RowBlock[] blocks, Span<Hit> hits, IdSet? allowed, float minScore)
    {
        NativeBlock block = memory.Take((long)codec.QueryFloats * sizeof(float));
        try
        {
            RowScorer scorer = codec.Prepare(query, (float*)block.Pointer);
            return ShardedRows.Search(scorer, blocks, codec.RowBytes, team, memory, hits, allowed, minScore);
        }
        finally
        {
            memory.Return(block);
        }
    }

    /// <summary>Several queries in one pass over the rows, hits [n, k]; found [n] receives how many each has.</summary>
    public void Search(
        ReadOnlySpan<float> queries, RowBlock[] blocks, int k, Span<Hit> hits, Span<int> found, IdSet? allowed,
        float minScore)
    {
        long rows = 0;
        foreach (RowBlock one in blocks)
            rows += one.Count;
        int kept = (int)Math.Min(k, rows), count = queries.Length / codec.Dimensions;
        found[..count].Clear();
        if (kept == 0)
            return;
        int shards = ShardedRows.Shards(team, rows * codec.RowBytes);
        int atOnce = (int)Math.Clamp(MaxMemory / ((long)shards * kept * sizeof(Hit)), 1, QueriesInABlock);
        for (int first = 0; first < count; first += atOnce)
        {
            int taken = Math.Min(atOnce, count - first);
            Block(
                queries.Slice(first * codec.Dimensions, taken * codec.Dimensions), blocks, rows, shards, kept,
                hits[(first * k)..], k, found.Slice(first, taken), allowed, minScore);
        }
    }

    private void Block(
        ReadOnlySpan<float> queries, RowBlock[] blocks, long rows, int shards, int kept, Span<Hit> hits, int hitStride,
        Span<int> found, IdSet? allowed, float minScore)
    {
        int count = found.Length, stride = (codec.QueryFloats + 15) & ~15;
        long states = (long)shards * count, total = 0;
        long queriesAt = SearchMemory.Reserve(ref total, (long)count * stride * sizeof(float));
        long biasesAt = SearchMemory.Reserve(ref total, (long)count * sizeof(float));
        long scoresAt = SearchMemory.Reserve(ref total, states * RowBatchScan.ScoresPerQuery * sizeof(float));
        long foundAt = SearchMemory.Reserve(ref total, states * sizeof(int));
        long bestAt = SearchMemory.Reserve(ref total, states * kept * sizeof(Hit));
        NativeBlock block = memory.Take(total);
        try
        {
            float* prepared = (float*)(block.Pointer + queriesAt), biases = (float*)(block.Pointer + biasesAt);
            RowScorer first = default;
            for (int query = count - 1; query >= 0; query--)
            {
                first = codec.Prepare(
                    queries.Slice(query * codec.Dimensions, codec.Dimensions), prepared + ((nint)query * stride));
                biases[query] = first.Bias;
            }
            var scan = new RowBatchScan
            {
                Scorer = new RowBatchScorer { First = first, Count = count, Stride = stride, Biases = biases },
                Blocks = blocks,
                Rows = rows,
                RowBytes = codec.RowBytes,
                Shards = shards,
                Scores = (float*)(block.Pointer + scoresAt),
                Best = (Hit*)(block.Pointer + bestAt),
                K = kept,
                Found = (int*)(block.Pointer + foundAt),
                Allowed = allowed,
                MinScore = minScore,
            };
            ShardedRows.Run(team, scan, shards);
            for (int query = 0; query < count; query++)
            {
                var all = new BestHits(hits.Slice(query * hitStride, kept));
                for (int shard = 0; shard < shards; shard++)
                {
                    nint state = ((nint)shard * count) + query;
                    foreach (Hit hit in new Span<Hit>(scan.Best + (state * kept), scan.Found[state]))
                        all.Offer(hit);
                }
                found[query] = all.Sort();
            }
        }
        finally
        {
            memory.Return(block);
        }
    }
}
