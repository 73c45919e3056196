using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Exact search over rows of a <see cref="RowCodec"/>, by one query, on a team of threads.</summary>
internal sealed unsafe class RowSearch(RowCodec codec, ThreadTeam team, SearchMemory memory)
{
    public int Search(ReadOnlySpan<float> query, RowBlock[] blocks, Span<Hit> hits, IdSet? allowed, float leastScore)
    {
        NativeBlock block = memory.Take((long)codec.QueryFloats * sizeof(float));
        try
        {
            RowScorer scorer = codec.Prepare(query, (float*)block.Pointer);
            return ShardedRows.Search(scorer, blocks, codec.RowBytes, team, memory, hits, allowed, leastScore);
        }
        finally
        {
            memory.Return(block);
        }
    }
}
