namespace Sextant.Search;

/// <summary>Makes one ranking of vectors' similarities and terms' scores (BM25), by the scores themselves.</summary>
/// <remarks>
/// Each kind is brought to a scale of its own for the query: similarities to 0 at their mean over all passages and 1 at
/// the nearest, scores of terms to 0 without any term and 1 at the best. The fused score is their weighted mean, so 1
/// is what both find best. A query without a known term is ranked by its vector alone.
/// Evaluation/README.md says how this form and its weight were chosen.
/// </remarks>
public static class ScoreFusion
{
    /// <summary>What similarities weigh beside the scores of terms, where a model says nothing else.</summary>
    public const float DefaultWeight = 0.5f;

    /// <summary>A passage's score.</summary>
    /// <param name="similarity">How near its vector is to the query's.</param>
    /// <param name="similarities">The scale of the query's similarities.</param>
    /// <param name="terms">Its score by terms; 0 without any.</param>
    /// <param name="allTerms">The scale of those.</param>
    /// <param name="weight">What the similarity weighs, from 0 to 1.</param>
    internal static float Score(
        float similarity, ScoreScale similarities, float terms, ScoreScale allTerms, float weight) =>
        (float)((weight * similarities.Relative(similarity)) + ((1 - weight) * allTerms.Relative(terms)));

    /// <summary>Ranks all passages.</summary>
    /// <param name="similarities">A similarity for each.</param>
    /// <param name="terms">A score by terms for each; 0 without any.</param>
    /// <param name="weight">What the similarity weighs, from 0 to 1.</param>
    /// <param name="hits">Receives positions and scores, best first, the smaller position first among equals.</param>
    /// <returns>How many were written.</returns>
    /// <exception cref="ArgumentException">There are not as many of the one as of the other.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not from 0 to 1.</exception>
    public static int Rank(
        ReadOnlySpan<float> similarities, ReadOnlySpan<float> terms, float weight, Span<Hit> hits)
    {
        if (similarities.Length != terms.Length)
        {
            throw new ArgumentException(
                $"{terms.Length} scores by terms are not one for each of {similarities.Length} similarities.",
                nameof(terms));
        }
        RequireWeight(weight);
        ScoreScale near = ScoreScale.OfSimilarities(similarities), worded = ScoreScale.OfTerms(terms);
        var best = new BestHits(hits);
        for (int i = 0; i < similarities.Length; i++)
            best.Offer(new Hit(i, Score(similarities[i], near, terms[i], worded, weight)));
        return best.Sort();
    }

    internal static void RequireWeight(float weight)
    {
        if (!(weight is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "a number from 0 to 1 is needed.");
    }
}
