namespace Sextant.Evaluation;

/// <summary>How good one ranking is, by the grades that people gave to documents.</summary>
/// <remarks>
/// Grades are trec_eval's: above 0 means relevant, a larger grade more so; 0 and below mean not relevant, and a
/// document without a grade counts as 0. A query without any relevant document has no measure: the result is NaN.
/// </remarks>
internal static class RankedMeasures
{
    /// <summary>
    /// Normalised discounted cumulative gain: Σ grade / log2(rank + 1) over the first <paramref name="depth"/> ranks,
    /// from 1, divided by the same sum over the best possible ranking of all judged documents. Järvelin and
    /// Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", 2002, with the gain of trec_eval's ndcg_cut,
    /// which is the grade and not a power of two.
    /// </summary>
    /// <param name="grades">Grades of the found documents, in the order found; may be fewer than the depth.</param>
    /// <param name="judged">Grades of all judged documents in any order, whether found or not.</param>
    /// <param name="depth">How many ranks count.</param>
    public static double Ndcg(ReadOnlySpan<int> grades, ReadOnlySpan<int> judged, int depth)
    {
        int[] ideal = judged.ToArray();
        Array.Sort(ideal, (left, right) => right.CompareTo(left));
        return Gain(grades, depth) / Gain(ideal, depth);
    }

    /// <summary>The share of all relevant documents that is among the first <paramref name="depth"/> found.</summary>
    /// <inheritdoc cref="Ndcg"/>
    public static double Recall(ReadOnlySpan<int> grades, ReadOnlySpan<int> judged, int depth) =>
        (double)CountRelevant(grades[..Math.Min(depth, grades.Length)]) / CountRelevant(judged);

    private static double Gain(ReadOnlySpan<int> grades, int depth)
    {
        double gain = 0;
        for (int i = 0; i < Math.Min(depth, grades.Length); i++)
            gain += Math.Max(grades[i], 0) / Math.Log2(i + 2);
        return gain;
    }

    private static int CountRelevant(ReadOnlySpan<int> grades)
    {
        int count = 0;
        foreach (int grade in grades)
            count += grade > 0 ? 1 : 0;
        return count;
    }
}
