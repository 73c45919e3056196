namespace Sextant;

/// <summary>A document's place in a list, and its score.</summary>
/// <param name="Index">Counted from 0 in the order in which the documents were given.</param>
/// <param name="Score">Larger is better.</param>
public readonly record struct RankedDocument(int Index, float Score)
{
    /// <summary>The best of scores, best first; equal scores in the order given.</summary>
    internal static RankedDocument[] Best(ReadOnlySpan<float> scores, int most)
    {
        var all = new RankedDocument[scores.Length];
        for (int i = 0; i < all.Length; i++)
            all[i] = new RankedDocument(i, scores[i]);
        Array.Sort(all, static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Index.CompareTo(b.Index));
        return all.Length <= most ? all : all[..most];
    }
}
