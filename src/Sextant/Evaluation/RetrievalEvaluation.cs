namespace Sextant.Evaluation;

/// <summary>Means over the queries of a set.</summary>
/// <param name="NdcgAt10"><see cref="RankedMeasures.Ndcg"/> of the first 10 documents.</param>
/// <param name="RecallAt100"><see cref="RankedMeasures.Recall"/> among the first 100 documents.</param>
internal readonly record struct RetrievalResult(double NdcgAt10, double RecallAt100);

/// <summary>Measures a ranker on a set.</summary>
internal static class RetrievalEvaluation
{
    private const int GainDepth = 10;
    private const int RecallDepth = 100;

    /// <summary>Ranks the documents for every query; NaN where the set has none.</summary>
    public static RetrievalResult Measure(
        RetrievalSet set, Ranker ranker, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(ranker);
        Span<int> found = new int[Math.Min(RecallDepth, set.Documents.Count)];
        double gain = 0, recall = 0;
        for (int query = 0; query < set.Queries.Count; query++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IReadOnlyList<Judgement> judgements = set.Queries[query].Judgements;
            int[] judged = [.. judgements.Select(one => one.Grade)];
            int[] grades = Grades(judgements, found[..ranker.Rank(query, found)]);
            gain += RankedMeasures.Ndcg(grades, judged, GainDepth);
            recall += RankedMeasures.Recall(grades, judged, RecallDepth);
        }
        return new RetrievalResult(gain / set.Queries.Count, recall / set.Queries.Count);
    }

    private static int[] Grades(IReadOnlyList<Judgement> judgements, ReadOnlySpan<int> found)
    {
        var byDocument = new Dictionary<int, int>();
        foreach ((int document, int grade) in judgements)
        {
            if (document >= 0)
                byDocument.Add(document, grade);
        }
        var grades = new int[found.Length];
        for (int i = 0; i < found.Length; i++)
            grades[i] = byDocument.GetValueOrDefault(found[i]);
        return grades;
    }
}
