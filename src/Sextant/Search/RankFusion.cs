namespace Sextant.Search;

/// <summary>Makes one ranking of several by their ranks alone, so that scores need no common scale.</summary>
/// <remarks>
/// Reciprocal rank fusion, Cormack, Clarke and Büttcher, SIGIR 2009: an id counts Σ 1 / (constant + rank) over the
/// rankings that have it, ranks from 1.
/// </remarks>
internal static class RankFusion
{
    /// <summary>The constant of the paper.</summary>
    public const int Constant = 60;

    /// <summary>Fuses rankings.</summary>
    /// <param name="rankings">Each has ids, the best first, none twice.</param>
    /// <param name="fused">Receives the ids, best first, the smaller id first among equals; its length is k.</param>
    /// <returns>How many ids were written.</returns>
    public static int Fuse(IReadOnlyList<ReadOnlyMemory<int>> rankings, Span<int> fused)
    {
        var hits = new Hit[fused.Length];
        int count = FuseScored(rankings, hits);
        for (int i = 0; i < count; i++)
            fused[i] = hits[i].Id;
        return count;
    }

    /// <summary>Fuses rankings, and says what each id counts.</summary>
    /// <param name="rankings">Each has ids, the best first, none twice.</param>
    /// <param name="fused">Receives the ids with their sums, best first, the smaller id first among equals.</param>
    /// <returns>How many ids were written.</returns>
    public static int FuseScored(IReadOnlyList<ReadOnlyMemory<int>> rankings, Span<Hit> fused)
    {
        ArgumentNullException.ThrowIfNull(rankings);
        var sums = new Dictionary<int, double>();
        foreach (ReadOnlyMemory<int> ranking in rankings)
        {
            ReadOnlySpan<int> ids = ranking.Span;
            for (int position = 0; position < ids.Length; position++)
            {
                sums.TryGetValue(ids[position], out double sum);
                sums[ids[position]] = sum + (1.0 / (Constant + position + 1));
            }
        }
        KeyValuePair<int, double>[] order = [.. sums];
        Array.Sort(order, (left, right) =>
            left.Value != right.Value ? right.Value.CompareTo(left.Value) : left.Key.CompareTo(right.Key));
        int count = Math.Min(order.Length, fused.Length);
        for (int i = 0; i < count; i++)
            fused[i] = new Hit(order[i].Key, (float)order[i].Value);
        return count;
    }
}
