using Sextant.Search;

namespace Sextant.Tests.Search;

/// <summary>
/// BM25 by its formula, one document and one term of the query after the other: for each, how many documents have it
/// and how often this one does is counted anew (Lucene's BM25Similarity, exact lengths, idf rounded to float).
/// </summary>
internal sealed class ReferenceBm25(double k1 = 0.9, double b = 0.4)
{
    private readonly List<string[]> _documents = [];

    public int Count => _documents.Count;

    public int Add(IEnumerable<string> terms)
    {
        _documents.Add([.. terms]);
        return Count - 1;
    }

    public void Score(IEnumerable<string> query, Span<float> scores)
    {
        double mean = _documents.Sum(one => (double)one.Length) / Math.Max(1, Count);
        double[] sums = new double[Count];
        foreach (string term in query)
        {
            int having = _documents.Count(one => one.Contains(term));
            double idf = (float)Math.Log(1 + ((Count - having + 0.5) / (having + 0.5)));
            for (int i = 0; i < Count; i++)
            {
                int times = _documents[i].Count(one => one == term);
                if (times > 0)
                    sums[i] += idf * times / (times + (k1 * (1 - b + (b * _documents[i].Length / mean))));
            }
        }
        for (int i = 0; i < Count; i++)
            scores[i] = (float)sums[i];
    }

    public int Search(IEnumerable<string> query, Span<Hit> hits)
    {
        float[] scores = new float[Count];
        Score(query, scores);
        Hit[] found =
        [
            .. scores.Select((score, id) => new Hit(id, score)).Where(hit => hit.Score > 0)
                .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id).Take(hits.Length),
        ];
        found.CopyTo(hits);
        return found.Length;
    }
}
