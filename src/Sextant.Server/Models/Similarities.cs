using Sextant.Search;

namespace Sextant.Server.Models;

/// <summary>Similarities of vectors of length one, by the library's kernels.</summary>
internal static class Similarities
{
    /// <summary>The dot product of one vector with each of others, in their order.</summary>
    public static float[] Of(float[] query, IReadOnlyList<float[]> others)
    {
        var rows = new FloatRows(query.Length, others.Count);
        foreach (float[] one in others)
            rows.Add(one);
        float[] scores = new float[others.Count];
        rows.Scores(query, scores);
        return scores;
    }
}
