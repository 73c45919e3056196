using Sextant.Search;

namespace Sextant.Cli.Verbs;

/// <summary>The vector of a passage.</summary>
internal delegate ReadOnlySpan<float> VectorOfPassage(int id);

/// <summary>Chooses hits that rank high and are unlike each other.</summary>
internal static class DiverseHits
{
    /// <summary>
    /// <see cref="Diversity.Choose"/>; fused scores are brought to the range of the hits' similarities, since
    /// unlikeness is measured in those.
    /// </summary>
    /// <param name="hits">Candidates, best first.</param>
    /// <param name="similarity">How near a candidate is to the query.</param>
    /// <param name="vector">A candidate's vector.</param>
    /// <param name="diversity">From 0 to 1.</param>
    /// <param name="count">How many to choose.</param>
    public static Hit[] Choose(
        Hit[] hits, Func<Hit, float> similarity, VectorOfPassage vector, float diversity, int count)
    {
        if (hits.Length == 0)
            return hits;
        (float low, float high) = (hits.Min(similarity), hits.Max(similarity));
        (float last, float best) = (hits[^1].Score, hits[0].Score);
        Hit[] scaled = [.. hits.Select(hit => hit with
        {
            Score = best > last ? low + ((hit.Score - last) / (best - last) * (high - low)) : high,
        })];
        float[] vectors = [];
        for (int i = 0; i < hits.Length; i++)
        {
            ReadOnlySpan<float> row = vector(hits[i].Id);
            if (i == 0)
                vectors = new float[row.Length * hits.Length];
            row.CopyTo(vectors.AsSpan(i * row.Length));
        }
        var chosen = new Hit[count];
        chosen = chosen[..Diversity.Choose(scaled, vectors, 1 - diversity, chosen)];
        return [.. chosen.Select(one => Array.Find(hits, hit => hit.Id == one.Id))];
    }
}
