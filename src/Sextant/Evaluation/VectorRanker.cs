using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Ranks by the dot product of float vectors; every document is compared, as in a search.</summary>
public sealed class VectorRanker : Ranker
{
    private readonly FlatIndex _documents;
    private readonly FlatIndex _queries;

    /// <summary>Embeds the queries and the documents of a set.</summary>
    public VectorRanker(RetrievalSet set, EmbeddingRun run)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(run);
        _documents = new FlatIndex(run.Dimensions);
        _queries = new FlatIndex(run.Dimensions);
        run.Embed([.. set.Queries.Select(query => query.Text)], vectors => _queries.Add(vectors));
        run.Embed(set.Documents, vectors => _documents.Add(vectors));
    }

    /// <inheritdoc/>
    public override int Rank(int query, Span<int> documents)
    {
        var hits = new Hit[documents.Length];
        int found = _documents.Search(_queries.Row(query), hits);
        for (int i = 0; i < found; i++)
            documents[i] = hits[i].Id;
        return found;
    }
}
