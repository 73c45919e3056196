using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Several prepared queries of one kind. They differ in their values and their bias.</summary>
internal unsafe struct RowBatchScorer
{
    /// <summary>The first query's; it says what all have in common.</summary>
    public RowScorer First;

    /// <summary>Queries.</summary>
    public int Count;

    /// <summary>Floats from one query to the next.</summary>
    public nint Stride;

    /// <summary>[Count]: each query's <see cref="RowScorer.Bias"/>.</summary>
    public float* Biases;

    /// <summary>scores [Count, rows], each with the bits that its query alone has.</summary>
    public readonly void Score(byte* rows, int count, float* scores)
    {
        First.Score(rows, count, scores, Count, Stride);
        for (int query = 0; query < Count; query++)
            First.Finish(scores + ((nint)query * count), count, Biases[query]);
    }
}

/// <summary>
/// Scores all rows of all blocks with several queries, while a few rows are in the cache; an item is a shard.
/// </summary>
internal readonly unsafe struct RowBatchScan : IJob
{
    private const int MaxRows = 128;
    private const int ChunkBytes = 64 << 10;

    public required RowBatchScorer Scorer { get; init; }

    public required RowBlock[] Blocks { get; init; }

    public required long Rows { get; init; }

    public required int RowBytes { get; init; }

    public required int Shards { get; init; }

    /// <summary>[Shards, queries, MaxRows].</summary>
    public required float* Scores { get; init; }

    /// <summary>[Shards, queries, K].</summary>
    public required Hit* Best { get; init; }

    public required int K { get; init; }

    /// <summary>[Shards, queries]: how many hits each has.</summary>
    public required int* Found { get; init; }

    public required IdSet? Allowed { get; init; }

    public required float MinScore { get; init; }

    /// <summary>Floats of scores that a shard needs for each query.</summary>
    public static int ScoresPerQuery => MaxRows;

    public void Execute(int item, int worker)
    {
        int queries = Scorer.Count;
        float* scores = Scores + ((nint)item * queries * MaxRows);
        Hit* best = Best + ((nint)item * queries * K);
        int* found = Found + ((nint)item * queries);
        new Span<int>(found, queries).Clear();
        long first = Rows * item / Shards, end = Rows * (item + 1) / Shards;
        int chunk = Math.Clamp(ChunkBytes / RowBytes, 8, MaxRows);
        long before = 0;
        for (int i = 0; i < Blocks.Length && before < end; before += Blocks[i].Count, i++)
        {
            RowBlock block = Blocks[i];
            int row = (int)Math.Clamp(first - before, 0, block.Count);
            int last = (int)Math.Clamp(end - before, 0, block.Count);
            for (; row < last; row += chunk)
            {
                int rows = Math.Min(chunk, last - row);
                if (Allowed is not null && !HasAny(block.FirstId + row, rows))
                    continue;
                block.Guard?.Check((long)row * RowBytes, (long)rows * RowBytes);
                Scorer.Score(block.Rows + ((long)row * RowBytes), rows, scores);
                for (int query = 0; query < queries; query++)
                {
                    var kept = new BestHits(new Span<Hit>(best + ((nint)query * K), K), found[query]);
                    Offer(ref kept, scores + ((nint)query * rows), rows, block.FirstId + row);
                    found[query] = kept.Count;
                }
            }
        }
    }

    private void Offer(ref BestHits kept, float* scores, int rows, int firstId)
    {
        for (int i = 0; i < rows; i++)
        {
            // A NaN passes, into the check of BestHits.
            if (scores[i] < MinScore || (Allowed is not null && !Allowed.Contains(firstId + i)))
                continue;
            kept.Offer(new Hit(firstId + i, scores[i]));
        }
    }

    private bool HasAny(int firstId, int count)
    {
        for (int id = firstId; id < firstId + count; id++)
        {
            if (Allowed!.Contains(id))
                return true;
        }
        return false;
    }
}
