using System.Runtime.ExceptionServices;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Exact search over rows in blocks by one prepared query, on a team of threads.</summary>
internal static unsafe class ShardedRows
{
    // Below this a shard is not worth waking a thread.
    private const long MinShardBytes = 256 << 10;

    /// <summary>Finds the best rows; the result does not depend on the number of threads.</summary>
    /// <returns>How many hits were written.</returns>
    public static int Search<TScorer>(
        TScorer scorer, RowBlock[] blocks, int rowBytes, ThreadTeam team, SearchMemory memory, Span<Hit> hits,
        IdSet? allowed, float minScore)
        where TScorer : struct, IRowScorer
    {
        long rows = 0;
        foreach (RowBlock one in blocks)
            rows += one.Count;
        int k = (int)Math.Min(hits.Length, rows);
        if (k == 0)
            return 0;
        int shards = Shards(team, rows * rowBytes);
        NativeBlock block = memory.Take(ShardHits.Bytes(shards, k));
        try
        {
            var kept = new ShardHits(block.Pointer, shards, k);
            var scan = new RowScan<TScorer>
            {
                Scorer = scorer,
                Blocks = blocks,
                Rows = rows,
                RowBytes = rowBytes,
                Kept = kept,
                Allowed = allowed is null ? null : allowed.Pointer,
                MinScore = minScore,
            };
            Run(team, scan, shards);
            return kept.Merge(hits);
        }
        finally
        {
            GC.KeepAlive(allowed); // scans read it by its address
            memory.Return(block);
        }
    }

    /// <summary>
    /// Two shards a thread, so that one that is held up costs little; fewer where there is little to read.
    /// </summary>
    public static int Shards(ThreadTeam team, long bytes) =>
        team.Threads == 1 ? 1 : (int)Math.Clamp(bytes / MinShardBytes, 1, 2L * team.Threads);

    /// <summary>Runs a scan; what it throws is the same from any thread.</summary>
    public static void Run<TJob>(ThreadTeam team, TJob scan, int shards)
        where TJob : struct, IJob
    {
        try
        {
            team.Run(scan, shards);
        }
        catch (AggregateException problem) when (problem.InnerException is ArgumentException inner)
        {
            throw new ArgumentException(inner.Message, "query", inner);
        }
        catch (AggregateException problem) when (problem.InnerException is SextantException)
        {
            ExceptionDispatchInfo.Throw(problem.InnerException);
        }
    }
}
