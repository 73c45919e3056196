using Sextant.Kernels;
using Sextant.Kernels.Elementary;

namespace Sextant.Heads;

/// <summary>Raw scores to probabilities, as kernels/NUMERICS.md says.</summary>
internal static class Scores
{
    /// <summary>Applies a function to a row of scores in place.</summary>
    public static void Apply(ScoreFunction function, Span<float> scores)
    {
        switch (function)
        {
            case ScoreFunction.Sigmoid:
                foreach (ref float score in scores)
                    score = 1f / (1f + ElementaryReference.Exp(0f - score));
                break;
            case ScoreFunction.Softmax:
                Softmax(scores);
                break;
        }
    }

    private static void Softmax(Span<float> scores)
    {
        float largest = RowSums.Max(scores);
        foreach (ref float score in scores)
            score = ElementaryReference.Exp(score - largest);
        float sum = RowSums.Sum(scores);
        foreach (ref float score in scores)
            score /= sum;
    }
}
