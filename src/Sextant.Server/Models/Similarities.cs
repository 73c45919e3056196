using Sextant.Search;

namespace Sextant.Server.Models;

/// <summary>Similarities of vectors of length one, by the library's search.</summary>
internal static class Similarities
{
    /// <summary>The dot product of one vector with each of others, in their order.</summary>
    public static float[] Of(float[] query, IReadOnlyList<float[]> others)
    {
        var index = new FlatIndex(query.Length);
        foreach (float[] one in others)
            index.Add(one);
        var hits = new Hit[others.Count];
        int count = index.Search(query, hits);
        float[] scores = new float[others.Count];
        foreach (Hit hit in hits.AsSpan(0, count))
            scores[hit.Id] = hit.Score;
        return scores;
    }
}
