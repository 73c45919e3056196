using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Ranks by <see cref="Bm25Index"/>; needs no model.</summary>
internal sealed class Bm25Ranker : Ranker
{
    private readonly RetrievalSet _set;
    private readonly TermAnalyzer _analyzer;
    private readonly Bm25Index _index = new();

    /// <summary>Indexes the documents of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="analyzer">What takes texts apart into terms; null: <see cref="TermAnalyzer.Words"/>.</param>
    /// <param name="cancellationToken">Looked at between documents.</param>
    public Bm25Ranker(
        RetrievalSet set, TermAnalyzer? analyzer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        (_set, _analyzer) = (set, analyzer ?? TermAnalyzer.Words);
        foreach (string document in set.Documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _index.Add(_analyzer.Terms(document));
        }
    }

    /// <inheritdoc/>
    public override int Rank(int query, Span<int> documents)
    {
        var hits = new Hit[documents.Length];
        int found = _index.Search(_analyzer.Terms(_set.Queries[query].Text), hits);
        for (int i = 0; i < found; i++)
            documents[i] = hits[i].Id;
        return found;
    }

    /// <summary>
    /// Writes the score of every document to <paramref name="scores"/>; 0 without a term of the query.
    /// </summary>
    public override void Score(int query, Span<float> scores) =>
        _index.Score(_analyzer.Terms(_set.Queries[query].Text), scores);
}
