using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Ranks by <see cref="Bm25"/>; needs no model.</summary>
internal sealed class Bm25Ranker : Ranker
{
    private readonly RetrievalSet _set;
    private readonly TermAnalyzer _analyzer;
    private readonly IndexReader _index;

    /// <summary>Indexes the documents of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="analyzer">What takes texts apart into terms; null: <see cref="TermAnalyzer.Words"/>.</param>
    /// <param name="cancellationToken">Looked at between documents.</param>
    public Bm25Ranker(
        RetrievalSet set, TermAnalyzer? analyzer = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        (_set, _analyzer) = (set, analyzer ?? TermAnalyzer.Words);
        // Terms alone: every document's vector is the number 0. One document of the index, so that ids are positions.
        using VectorIndex index = VectorIndex.Create(
            new IndexDefinition { Dimensions = 1, Code = VectorCode.Float32, KeepsTerms = true });
        if (set.Documents.Count > 0)
            index.Upsert(Parts(cancellationToken));
        index.Commit();
        _index = index.Read();
    }

    /// <inheritdoc/>
    public override int Rank(int query, Span<int> documents)
    {
        var hits = new Hit[documents.Length];
        int found = _index.SearchTerms(_analyzer.Terms(_set.Queries[query].Text), hits);
        for (int i = 0; i < found; i++)
            documents[i] = hits[i].Id;
        return found;
    }

    /// <summary>
    /// Writes the score of every document to <paramref name="scores"/>; 0 without a term of the query.
    /// </summary>
    public override void Score(int query, Span<float> scores)
    {
        double[] all = _index.ScoreTerms(_analyzer.Terms(_set.Queries[query].Text));
        for (int i = 0; i < all.Length; i++)
            scores[i] = (float)all[i];
    }

    public override void Dispose() => _index.Dispose();

    private IEnumerable<IndexDocument> Parts(CancellationToken cancellationToken)
    {
        foreach (string document in _set.Documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new IndexDocument
            {
                Key = "documents",
                Vectors = new float[1],
                Terms = [_analyzer.Terms(document)],
            };
        }
    }
}
