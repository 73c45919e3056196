namespace Sextant.Search;

/// <summary>Chooses hits that are near the query and unlike each other.</summary>
/// <remarks>
/// Maximal marginal relevance, Carbonell and Goldstein, SIGIR 1998: one after the other, the hit is taken for which
/// balance · score − (1 − balance) · (largest similarity to one taken before) is largest; the first of equals wins.
/// </remarks>
public static class Diversity
{
    /// <summary>Chooses.</summary>
    /// <param name="hits">Candidates, best first, scored by dot products.</param>
    /// <param name="vectors">[hits, dimensions], row by row: the candidates' vectors.</param>
    /// <param name="balance">From 0 (only unlike each other) to 1 (the order of the hits).</param>
    /// <param name="chosen">Receives the chosen hits in the order of choosing.</param>
    /// <returns>How many were chosen: as many as there is room for, or all.</returns>
    /// <exception cref="ArgumentException">The vectors are not one for each hit.</exception>
    public static int Choose(ReadOnlySpan<Hit> hits, ReadOnlySpan<float> vectors, float balance, Span<Hit> chosen)
    {
        if (!(balance is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(balance), balance, "a number from 0 to 1 is needed.");
        int count = Math.Min(hits.Length, chosen.Length);
        if (hits.IsEmpty)
            return 0;
        int dimensions = vectors.Length / hits.Length;
        if (dimensions == 0 || vectors.Length != dimensions * hits.Length)
            throw new ArgumentException(
                $"{vectors.Length} values are not a vector for each of {hits.Length} hits.", nameof(vectors));
        var rows = new FloatRows(dimensions, hits.Length);
        rows.Add(vectors);
        float[] nearest = new float[hits.Length];
        bool[] taken = new bool[hits.Length];
        Array.Fill(nearest, float.NegativeInfinity);
        for (int position = 0; position < count; position++)
        {
            int best = -1;
            float most = float.NegativeInfinity;
            for (int i = 0; i < hits.Length; i++)
            {
                float likeness = position == 0 ? 0 : nearest[i];
                float value = (balance * hits[i].Score) - ((1 - balance) * likeness);
                if (!taken[i] && (best < 0 || value > most))
                    (best, most) = (i, value);
            }
            taken[best] = true;
            chosen[position] = hits[best];
            for (int i = 0; i < hits.Length; i++)
            {
                float likeness = rows.Score(rows.Row(best), i);
                nearest[i] = likeness > nearest[i] ? likeness : nearest[i];
            }
        }
        return count;
    }
}
