using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Ranks by <see cref="ScoreFusion"/> of vectors and BM25 over all documents.</summary>
/// <param name="vectors">Similarities of vectors; disposed with this one.</param>
/// <param name="words">BM25 of the same set; disposed with this one.</param>
/// <param name="documents">How many documents the set has.</param>
/// <param name="weight">What the vectors weigh, from 0 to 1.</param>
internal sealed class HybridRanker(Ranker vectors, Ranker words, int documents, float weight) : Ranker
{
    /// <inheritdoc/>
    public override int Rank(int query, Span<int> documents)
    {
        var hits = new Hit[documents.Length];
        (float[] near, float[] worded) = Scores(query);
        int found = ScoreFusion.Rank(near, worded, weight, hits);
        for (int i = 0; i < found; i++)
            documents[i] = hits[i].Id;
        return found;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        vectors.Dispose();
        words.Dispose();
    }

    private (float[] Near, float[] Worded) Scores(int query)
    {
        float[] near = new float[documents], worded = new float[documents];
        vectors.Score(query, near);
        words.Score(query, worded);
        return (near, worded);
    }
}
