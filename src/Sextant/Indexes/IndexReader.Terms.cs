using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Indexes;

// Rankings by the terms that an index keeps.
public sealed unsafe partial class IndexReader
{
    /// <summary>Ranks passages by BM25 over the terms that the index keeps; see <see cref="Bm25Index"/>.</summary>
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
        IReadOnlyCollection<string> terms, Span<Hit> hits, IdSet? allowed = null, double k1 = 0.9, double b = 0.4)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Bm25Index.Require(k1, b);
        using CallsInFlight.Call call = Enter();
        IdSet.Require(allowed, _ids);
        if (!Definition.KeepsTerms)
            throw new UnsupportedRequestException("this index keeps no terms; an index made anew can.");
        return new TermSearch(_snapshot, _firstIds, _ids, Count, _live.All).Search(terms, hits, allowed, k1, b);
    }

    // [Ids]: BM25 of every passage; 0 without any of the terms, and where it is deleted.
    internal double[] ScoreTerms(IReadOnlyCollection<string> terms, double k1 = 0.9, double b = 0.4)
    {
        using CallsInFlight.Call call = _calls.Enter();
        return new TermSearch(_snapshot, _firstIds, _ids, Count, _live.All).Scores(terms, k1, b);
    }
}
