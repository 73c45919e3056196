using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Indexes;

// Rankings by the terms that an index keeps.
public sealed unsafe partial class IndexReader
{
    /// <summary>Ranks passages by BM25 over the terms that the index keeps; see <see cref="Bm25"/>.</summary>
    /// <param name="terms">The query's terms.</param>
    /// <param name="hits">Receives the hits, best first (score descending, then id ascending); its length is k.</param>
    /// <param name="allowed">
    /// The only ids that may be found; null: all. How often terms are counts over all passages that are not deleted.
    /// </param>
    /// <param name="k1">How soon repetitions of a term stop to count.</param>
    /// <param name="b">How much a passage's length counts, from 0 to 1.</param>
    /// <returns>How many hits were written; passages without any of the terms are none.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// k1 is not a finite number from 0, or b not from 0 to 1.
    /// </exception>
    /// <exception cref="UnsupportedRequestException">The index does not keep terms.</exception>
    /// <exception cref="InvalidIndexException">What has to be read is damaged.</exception>
    public int SearchTerms(
        IReadOnlyCollection<string> terms, Span<Hit> hits, IdSet? allowed = null, double k1 = Bm25.DefaultK1,
        double b = Bm25.DefaultB)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Bm25.Require(k1, b);
        using CallsInFlight.Call call = Enter();
        IdSet.Require(allowed, _ids);
        if (!Definition.KeepsTerms)
            throw new UnsupportedRequestException("this index keeps no terms; an index made anew can.");
        return new TermSearch(_snapshot, _firstIds, _ids, Count, _live.All).Search(terms, hits, allowed, k1, b);
    }

    /// <summary>Ranks passages by vectors and terms together.</summary>
    /// <remarks>
    /// Candidates are the first of both rankings of the whole index; each gets both scores, so that a passage is not
    /// punished for having been found by one alone; <see cref="ScoreFusion"/> has the formula. The scale of
    /// similarities needs their mean over all passages, which an even sample stands for.
    /// </remarks>
    /// <param name="query">The query's vector [Dimensions], finite.</param>
    /// <param name="terms">The query's terms, taken apart as the passages' were.</param>
    /// <param name="hits">Receives the hits, best first, the smaller id first among equals; its length is k.</param>
    /// <param name="weight">What the vectors' similarity weighs, from 0 to 1.</param>
    /// <param name="options">Limits; a minimum score is one of the similarity. Null: none.</param>
    /// <returns>How many hits were written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The weight is not from 0 to 1.</exception>
    /// <exception cref="UnsupportedRequestException">The index does not keep terms.</exception>
    public int SearchHybrid(
        ReadOnlySpan<float> query, IReadOnlyCollection<string> terms, Span<HybridHit> hits,
        float weight = ScoreFusion.DefaultWeight, SearchOptions? options = null) =>
        new HybridSearch(this, weight).Search(query, terms, hits, options);

    // [Ids]: BM25 of every passage; 0 without any of the terms, and where it is deleted.
    internal double[] ScoreTerms(IReadOnlyCollection<string> terms, double k1 = Bm25.DefaultK1,
        double b = Bm25.DefaultB)
    {
        using CallsInFlight.Call call = _calls.Enter();
        return new TermSearch(_snapshot, _firstIds, _ids, Count, _live.All).Scores(terms, k1, b);
    }
}
