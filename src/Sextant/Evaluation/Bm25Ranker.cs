using Sextant.Passages;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Ranks by <see cref="Bm25Index"/> over <see cref="WordTerms"/>; needs no model.</summary>
public sealed class Bm25Ranker : Ranker
{
    private readonly RetrievalSet _set;
    private readonly Bm25Index _index = new();

    /// <summary>Indexes the documents of a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="cancellationToken">Looked at between documents.</param>
    public Bm25Ranker(RetrievalSet set, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        _set = set;
        foreach (string document in set.Documents)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _index.Add(Terms(document));
        }
    }

    /// <inheritdoc/>
    public override int Rank(int query, Span<int> documents)
    {
        var hits = new Hit[documents.Length];
        int found = _index.Search(Terms(_set.Queries[query].Text), hits);
        for (int i = 0; i < found; i++)
            documents[i] = hits[i].Id;
        return found;
    }

    private static List<string> Terms(string text)
    {
        var terms = new List<string>();
        WordTerms.Split(text, terms);
        return terms;
    }
}
