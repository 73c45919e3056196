using System.Text;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>BM25 over the rows of a commit, from the terms that its segments keep.</summary>
/// <remarks>
/// Documents, their mean length and how many have a term are counted over all segments (<see cref="Bm25"/>), deleted
/// rows left out: scores are those of one segment, bit by bit. Thread-safe.
/// </remarks>
internal sealed class TermSearch(IndexSnapshot snapshot, int[] firstIds, int ids, int count, IdSet? live)
{
    private long _allTerms = -1; // until they are counted

    public int Search(IReadOnlyCollection<string> terms, Span<Hit> hits, IdSet? allowed, double k1, double b)
    {
        double[] scores = Scores(terms, k1, b);
        var best = new BestHits(hits);
        for (int id = 0; id < scores.Length; id++)
        {
            if (scores[id] > 0 && (allowed is null || allowed.Contains(id)))
                best.Offer(new Hit(id, (float)scores[id]));
        }
        return best.Sort();
    }

    /// <summary>A score for each id; 0 for rows without any of the terms and for deleted ones.</summary>
    public double[] Scores(IReadOnlyCollection<string> terms, double k1, double b)
    {
        double[] scores = new double[ids];
        if (Volatile.Read(ref _allTerms) < 0)
            Volatile.Write(ref _allTerms, AllTerms());
        double mean = (double)_allTerms / Math.Max(1, count);
        var postings = new List<(SegmentTerms Terms, int Row, int Id, int Times)>();
        foreach (string term in terms)
        {
            postings.Clear();
            byte[] bytes = Encoding.UTF8.GetBytes(term);
            for (int i = 0; i < firstIds.Length; i++)
            {
                (SegmentTerms some, int first) = (snapshot.Segments[i].Terms!, firstIds[i]);
                some.Find(bytes, (row, times) =>
                {
                    if (live is null || live.Contains(first + row))
                        postings.Add((some, row, first + row, times));
                });
            }
            double idf = Bm25.InverseFrequency(count, postings.Count);
            foreach ((SegmentTerms some, int row, int id, int times) in postings)
                scores[id] += Bm25.Weight(idf, times, some.Count(row), mean, k1, b);
        }
        return scores;
    }

    // Of all rows that are not deleted, repetitions included.
    private long AllTerms()
    {
        long all = 0;
        for (int i = 0; i < firstIds.Length; i++)
        {
            Segment segment = snapshot.Segments[i];
            for (int row = 0; row < segment.Rows; row++)
                all += live is null || live.Contains(firstIds[i] + row) ? segment.Terms!.Count(row) : 0;
        }
        return all;
    }
}
