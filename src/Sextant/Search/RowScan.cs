using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Rows that lie one after the other, and the id of the first.</summary>
internal readonly unsafe struct RowBlock(byte* rows, int count, int firstId, ByteGuard? guard = null)
{
    public readonly byte* Rows = rows;
    public readonly int Count = count;
    public readonly int FirstId = firstId;

    /// <summary>What checks the rows before they are read; null: nothing does.</summary>
    public readonly ByteGuard? Guard = guard;
}

/// <summary>Scores all rows of all blocks with one query; an item is a shard.</summary>
internal readonly unsafe struct RowScan<TScorer> : IJob
    where TScorer : struct, IRowScorer
{
    private const int RowsAtOnce = 256;

    public required TScorer Scorer { get; init; }

    public required RowBlock[] Blocks { get; init; }

    public required long Rows { get; init; }

    public required int RowBytes { get; init; }

    public required ShardHits Kept { get; init; }

    /// <summary>A bit for each id; null: all.</summary>
    public required ulong* Allowed { get; init; }

    public required float MinScore { get; init; }

    public void Execute(int item, int worker)
    {
        float* scores = stackalloc float[RowsAtOnce];
        (long first, long end) = Kept.Range(Rows, item);
        BestHits best = Kept.Collect(item);
        long before = 0;
        for (int i = 0; i < Blocks.Length && before < end; before += Blocks[i].Count, i++)
        {
            RowBlock block = Blocks[i];
            int row = (int)Math.Clamp(first - before, 0, block.Count);
            int last = (int)Math.Clamp(end - before, 0, block.Count);
            while (row < last)
            {
                int rows = Math.Min(RowsAtOnce, last - row);
                if (Allowed != null && !Narrow(block.FirstId, ref row, ref rows, last))
                    break;
                block.Guard?.Check((long)row * RowBytes, (long)rows * RowBytes);
                Scorer.Score(block.Rows + ((long)row * RowBytes), rows, scores);
                for (int j = 0; j < rows; j++)
                {
                    int id = block.FirstId + row + j;
                    // A NaN passes, into the check of BestHits.
                    if (scores[j] < MinScore || (Allowed != null && !IsAllowed(id)))
                        continue;
                    best.Offer(new Hit(id, scores[j]));
                }
                row += rows;
            }
        }
        Kept.Keep(item, best);
    }

    private bool IsAllowed(int id) => (Allowed[id / 64] & (1ul << (id % 64))) != 0;

    // To the next rows that are allowed, as far as they lie together or nearly.
    private bool Narrow(int firstId, ref int row, ref int rows, int last)
    {
        while (row < last && !IsAllowed(firstId + row))
            row++;
        if (row == last)
            return false;
        int end = Math.Min(row + rows, last), next = row + 1;
        for (int i = next; i < end && i - next < 4; i++)
        {
            if (IsAllowed(firstId + i))
                next = i + 1;
        }
        rows = next - row;
        return true;
    }
}
