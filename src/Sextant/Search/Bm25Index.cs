using System.Buffers;

namespace Sextant.Search;

/// <summary>Documents as bags of terms, ranked by BM25: the baseline that every embedding model has to face.</summary>
/// <remarks>
/// <para>score(q, d) = Σ idf(t) · tf / (tf + k1 · (1 − b + b · |d| / mean |d|)) over the terms t of q, repetitions
/// included; tf is how often d has t, |d| how many terms d has; idf(t) = ln(1 + (N − n + 0.5) / (n + 0.5)) for t in n
/// of N documents. This is the form of Lucene's BM25Similarity (from version 8 on, which leaves out the constant factor
/// k1 + 1), with exact lengths where Lucene rounds them to a byte; Kamphuis et al., "Which BM25 Do You Mean?", ECIR
/// 2020, compare the forms. Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009,
/// explain them.</para>
/// <para>Any number of threads may search at once; adding needs the index for itself. Sums run in the order of the
/// query's terms, so results depend on nothing else.</para>
/// </remarks>
public sealed class Bm25Index
{
    internal const double DefaultK1 = 0.9;
    internal const double DefaultB = 0.4;

    private readonly Dictionary<string, List<Posting>> _postings = new(StringComparer.Ordinal);
    private readonly List<int> _lengths = [];
    private readonly double _k1;
    private readonly double _b;
    private long _terms;

    /// <summary>Creates an empty index. The defaults are Anserini's, which suit passages.</summary>
    /// <param name="k1">How soon repetitions of a term stop to count; not negative.</param>
    /// <param name="b">How much a document's length counts, from 0 to 1.</param>
    public Bm25Index(double k1 = DefaultK1, double b = DefaultB)
    {
        Require(k1, b);
        (_k1, _b) = (k1, b);
    }

    /// <summary>How many documents are held; their ids are 0 … Count − 1.</summary>
    public int Count => _lengths.Count;

    /// <summary>Adds a document by its terms and returns its id.</summary>
    public int Add(IReadOnlyCollection<string> terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        foreach (string term in terms)
            ArgumentNullException.ThrowIfNull(term, nameof(terms)); // while nothing was added
        int id = Count;
        foreach (string term in terms)
        {
            if (!_postings.TryGetValue(term, out List<Posting>? postings))
                _postings.Add(term, postings = []);
            // Documents come in order, so this one's posting can only be the last.
            if (postings.Count > 0 && postings[^1].Document == id)
                postings[^1] = new Posting(id, postings[^1].Times + 1);
            else
                postings.Add(new Posting(id, 1));
        }
        _lengths.Add(terms.Count);
        _terms += terms.Count;
        return id;
    }

    /// <summary>Finds the documents with the highest scores; those without any term of the query are none.</summary>
    /// <param name="terms">The query's terms.</param>
    /// <param name="hits">Receives the hits, best first (score descending, then id ascending); its length is k.</param>
    /// <returns>How many hits were written.</returns>
    public int Search(IReadOnlyCollection<string> terms, Span<Hit> hits)
    {
        ArgumentNullException.ThrowIfNull(terms);
        double[] scores = ArrayPool<double>.Shared.Rent(Count);
        AddScores(terms, scores.AsSpan(0, Count));
        var best = new BestHits(hits);
        for (int id = 0; id < Count; id++)
        {
            if (scores[id] > 0)
                best.Offer(new Hit(id, (float)scores[id]));
        }
        ArrayPool<double>.Shared.Return(scores);
        return best.Sort();
    }

    /// <summary>Writes the score of every document to <paramref name="scores"/> [Count]; 0 without any term.</summary>
    public void Score(IReadOnlyCollection<string> terms, Span<float> scores)
    {
        ArgumentNullException.ThrowIfNull(terms);
        double[] sums = ArrayPool<double>.Shared.Rent(Count);
        AddScores(terms, sums.AsSpan(0, Count));
        for (int id = 0; id < Count; id++)
            scores[id] = (float)sums[id];
        ArrayPool<double>.Shared.Return(sums);
    }

    private void AddScores(IReadOnlyCollection<string> terms, Span<double> scores)
    {
        scores.Clear();
        double meanLength = (double)_terms / Math.Max(1, Count);
        foreach (string term in terms)
        {
            if (!_postings.TryGetValue(term, out List<Posting>? postings))
                continue;
            double idf = InverseFrequency(Count, postings.Count);
            foreach ((int document, int times) in postings)
                scores[document] += Weight(idf, times, _lengths[document], meanLength, _k1, _b);
        }
    }

    /// <summary>Refuses what are no parameters of the formula.</summary>
    internal static void Require(double k1, double b)
    {
        if (!(k1 >= 0 && double.IsFinite(k1)))
            throw new ArgumentOutOfRangeException(nameof(k1), k1, "a finite number from 0 is needed.");
        if (!(b >= 0 && b <= 1))
            throw new ArgumentOutOfRangeException(nameof(b), b, "a number from 0 to 1 is needed.");
    }

    /// <summary>idf of a term that so many of all documents have.</summary>
    /// <remarks>Rounded to float, as Lucene does: what platforms' logarithms differ in is gone.</remarks>
    internal static double InverseFrequency(int documents, int having) =>
        (float)Math.Log(1 + ((documents - having + 0.5) / (having + 0.5)));

    /// <summary>What a term adds to a document's score.</summary>
    internal static double Weight(double idf, int times, long length, double meanLength, double k1, double b) =>
        idf * times / (times + (k1 * (1 - b + (b * length / meanLength))));

    private readonly record struct Posting(int Document, int Times);
}
