namespace Sextant.Search;

/// <summary>Where the scores of one query lie: what makes scores of two kinds comparable.</summary>
/// <param name="Low">What counts 0.</param>
/// <param name="High">The best score, which counts 1.</param>
internal readonly record struct ScoreScale(double Low, double High)
{
    /// <summary>Similarities of vectors: a passage like any other, the mean, counts 0; the nearest counts 1.</summary>
    public static ScoreScale OfSimilarities(ReadOnlySpan<float> similarities)
    {
        double sum = 0, high = double.NegativeInfinity;
        foreach (float similarity in similarities)
        {
            sum += similarity;
            high = Math.Max(high, similarity);
        }
        return similarities.IsEmpty ? default : new ScoreScale(sum / similarities.Length, high);
    }

    /// <summary>Scores by terms: a passage without any term of the query counts 0; the best counts 1.</summary>
    public static ScoreScale OfTerms(ReadOnlySpan<float> scores)
    {
        double high = 0;
        foreach (float score in scores)
            high = Math.Max(high, score);
        return new ScoreScale(0, high);
    }

    /// <summary>
    /// What a score counts: below 0 where it is below <see cref="Low"/>; 0 where all scores are alike.
    /// </summary>
    public double Relative(double score) => High > Low ? (score - Low) / (High - Low) : 0;
}
