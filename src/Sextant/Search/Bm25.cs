namespace Sextant.Search;

/// <summary>The formula of BM25: the baseline that every embedding model has to face.</summary>
/// <remarks>
/// <para>score(q, d) = Σ idf(t) · tf / (tf + k1 · (1 − b + b · |d| / mean |d|)) over the terms t of q, repetitions
/// included; tf is how often d has t, |d| how many terms d has; idf(t) = ln(1 + (N − n + 0.5) / (n + 0.5)) for t in n
/// of N documents. This is the form of Lucene's BM25Similarity (from version 8 on, which leaves out the constant factor
/// k1 + 1), with exact lengths where Lucene rounds them to a byte; Kamphuis et al., "Which BM25 Do You Mean?", ECIR
/// 2020, compare the forms. Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009,
/// explain them. The defaults are Anserini's, which suit passages.</para>
/// <para>N, n and the mean are over all documents that can be found, wherever they lie. Sums run in the order of the
/// query's terms, so results depend on nothing else.</para>
/// </remarks>
internal static class Bm25
{
    public const double DefaultK1 = 0.9;
    public const double DefaultB = 0.4;

    /// <summary>Refuses what are no parameters of the formula.</summary>
    public static void Require(double k1, double b)
    {
        if (!(k1 >= 0 && double.IsFinite(k1)))
            throw new ArgumentOutOfRangeException(nameof(k1), k1, "a finite number from 0 is needed.");
        if (!(b >= 0 && b <= 1))
            throw new ArgumentOutOfRangeException(nameof(b), b, "a number from 0 to 1 is needed.");
    }

    /// <summary>idf of a term that so many of all documents have.</summary>
    /// <remarks>Rounded to float, as Lucene does: what platforms' logarithms differ in is gone.</remarks>
    public static double InverseFrequency(int documents, int having) =>
        (float)Math.Log(1 + ((documents - having + 0.5) / (having + 0.5)));

    /// <summary>What a term adds to a document's score.</summary>
    public static double Weight(double idf, int times, long length, double meanLength, double k1, double b) =>
        idf * times / (times + (k1 * (1 - b + (b * length / meanLength))));
}
