using Sextant.Codes;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Exact search over product codes in blocks, by one query's table, on a team of threads.</summary>
internal sealed unsafe class ProductSearch(ProductCode code, bool isDistance, ThreadTeam team, SearchMemory memory)
{
    /// <param name="query">[Dimensions], finite.</param>
    /// <param name="blocks">What is searched.</param>
    /// <param name="hits">Receives the hits, best first.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    /// <param name="minScore">Hits with smaller scores are left out.</param>
    public int Search(ReadOnlySpan<float> query, RowBlock[] blocks, Span<Hit> hits, IdSet? allowed, float minScore)
    {
        NativeBlock block = memory.Take((long)code.TableLength * sizeof(float));
        try
        {
            float* table = (float*)block.Pointer;
            code.Table(query, isDistance, new Span<float>(table, code.TableLength));
            return ShardedRows.Search(
                new ProductScorer(table, code.Parts), blocks, code.Parts, team, memory, hits, allowed, minScore);
        }
        finally
        {
            memory.Return(block);
        }
    }
}

/// <summary>A query's table against product codes.</summary>
internal readonly unsafe struct ProductScorer(float* table, int parts) : IRowScorer
{
    /// <inheritdoc/>
    public void Score(byte* rows, nint count, float* scores)
    {
        for (nint row = 0; row < count; row++, rows += parts)
            scores[row] = ProductCode.Score(table, rows, parts);
    }
}
