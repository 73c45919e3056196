using Sextant.Codes;
using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Exact search over residual binary codes by the symmetric distance, by one query, on a team of threads.
/// </summary>
internal sealed unsafe class ResidualBinarySearch(ResidualBinaryCode code, ThreadTeam team, SearchMemory memory)
{
    private readonly Kernel<HammingArguments> _kernel = KernelSet.Chosen.Hamming.Run;

    /// <param name="query">[Dimensions], finite.</param>
    /// <param name="codes">What is searched.</param>
    /// <param name="isCosine">Whether scores are divided by the lengths of what the codes stand for.</param>
    /// <param name="hits">Receives the hits, best first.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    /// <param name="minScore">Hits with smaller scores are left out.</param>
    public int Search(
        ReadOnlySpan<float> query, ResidualBinarySource codes, bool isCosine, Span<Hit> hits, IdSet? allowed,
        float minScore)
    {
        TileSource first = codes.Level(0);
        int k = Math.Min(hits.Length, first.Count), words = first.Words;
        long bytes = (long)first.Tiles * HammingArguments.TileCodes * words * sizeof(ulong) * code.Levels;
        int shards = ShardedRows.Shards(team, bytes);
        long total = 0;
        long queriesAt = SearchMemory.Reserve(ref total, (long)code.Levels * words * sizeof(ulong));
        long keptAt = SearchMemory.Reserve(ref total, ShardHits.Bytes(shards, k));
        NativeBlock block = memory.Take(total);
        try
        {
            Span<byte> asked = stackalloc byte[code.CodeBytes];
            float length = code.Encode(query, asked);
            ulong* widened = (ulong*)(block.Pointer + queriesAt);
            for (int level = 0; level < code.Levels; level++)
            {
                CodeStore.Widen(
                    asked.Slice(level * code.LevelBytes, code.LevelBytes), widened + ((nint)level * words), words);
            }
            if (k == 0)
                return 0;
            var kept = new ShardHits(block.Pointer + keptAt, shards, k);
            var scan = new ResidualBinaryScan
            {
                Kernel = _kernel,
                Codes = codes,
                Code = code,
                Queries = widened,
                QueryLength = isCosine ? length : -1,
                Kept = kept,
                Allowed = allowed is null ? null : allowed.Pointer,
                MinScore = minScore,
            };
            ShardedRows.Run(team, scan, shards);
            return kept.Merge(hits);
        }
        finally
        {
            GC.KeepAlive(allowed); // scans read it by its address
            memory.Return(block);
        }
    }
}
