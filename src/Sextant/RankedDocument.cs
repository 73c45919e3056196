using Sextant.Heads;

namespace Sextant;

/// <summary>A document's number in a list, and how well it answers.</summary>
/// <param name="Index">Counted from 0 in the order in which the documents were given.</param>
/// <param name="Score">What the model's score function makes of the logit; larger is better.</param>
/// <param name="Logit">
/// The model's raw score, by which documents are ordered: a sigmoid in binary32 is 1 for all logits above 17.
/// </param>
public readonly record struct RankedDocument(int Index, float Score, float Logit)
{
    /// <summary>The best by their logits, best first; equal logits in the order given.</summary>
    internal static RankedDocument[] Best(ReadOnlySpan<float> logits, ScoreFunction function, int most)
    {
        var all = new RankedDocument[logits.Length];
        for (int i = 0; i < all.Length; i++)
        {
            float score = logits[i];
            Scores.Apply(function, new Span<float>(ref score));
            all[i] = new RankedDocument(i, score, logits[i]);
        }
        Array.Sort(all, static (a, b) => a.Logit != b.Logit ? b.Logit.CompareTo(a.Logit) : a.Index.CompareTo(b.Index));
        return all.Length <= most ? all : all[..most];
    }
}
