using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>MaxSim of documents with one query; an item is a shard of the documents.</summary>
internal readonly unsafe struct LateInteractionScan : IJob
{
    public required FloatRows Vectors { get; init; }

    /// <summary>The first vector of each document, and after the last the number of vectors.</summary>
    public required List<int> Firsts { get; init; }

    /// <summary>[QueryVectors, dimensions].</summary>
    public required float* Query { get; init; }

    public required int QueryVectors { get; init; }

    /// <summary>The documents to score; null: all.</summary>
    public required Hit* Candidates { get; init; }

    /// <summary>How many of them, or of all.</summary>
    public required int Documents { get; init; }

    public required ShardHits Kept { get; init; }

    /// <summary>A bit for each id; null: all.</summary>
    public required ulong* Allowed { get; init; }

    public required float MinScore { get; init; }

    public void Execute(int item, int worker)
    {
        BestHits best = Kept.Collect(item);
        (long first, long end) = Kept.Range(Documents, item);
        for (long i = first; i < end; i++)
        {
            int id = Candidates == null ? (int)i : Candidates[i].Id;
            if (!NearestCodes.IsAllowed(Allowed, id))
                continue;
            float score = Score(id);
            if (!(score < MinScore))
                best.Offer(new Hit(id, score));
        }
        Kept.Keep(item, best);
    }

    private float Score(int id)
    {
        float sum = 0;
        for (int i = 0; i < QueryVectors; i++)
        {
            var one = new ReadOnlySpan<float>(Query + ((nint)i * Vectors.Dimensions), Vectors.Dimensions);
            float most = float.NegativeInfinity;
            for (int row = Firsts[id]; row < Firsts[id + 1]; row++)
            {
                float score = Vectors.Score(one, row);
                most = most > score ? most : score;
            }
            sum += most;
        }
        return sum;
    }
}
