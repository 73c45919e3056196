using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Ranks by the dot product of float vectors; every document is compared, as in a search.</summary>
internal sealed class VectorRanker : Ranker
{
    private readonly IndexReader _documents;
    private readonly FloatRows _queries;

    /// <summary>Embeds the queries and the documents of a set, each with the model's prompt for them.</summary>
    /// <param name="set">Whose texts to embed.</param>
    /// <param name="run">Embeds them.</param>
    /// <param name="query">Another prompt for the queries; null: <see cref="Prompt.Query"/>.</param>
    public VectorRanker(RetrievalSet set, EmbeddingRun run, Prompt? query = null)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(run);
        using var documents = new NumberedVectors(
            new IndexDefinition { Dimensions = run.Dimensions, Code = VectorCode.Float32 });
        _queries = new FloatRows(run.Dimensions);
        run.Embed([.. set.Queries.Select(one => one.Text)], _queries.Add, query ?? Prompt.Query);
        run.Embed(set.Documents, documents.Add, Prompt.Document);
        _documents = documents.Read(threads: null);
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

    /// <inheritdoc/>
    public override void Score(int query, Span<float> scores)
    {
        var hits = new Hit[scores.Length];
        foreach (Hit hit in hits.AsSpan(0, _documents.Search(_queries.Row(query), hits)))
            scores[hit.Id] = hit.Score;
    }

    /// <inheritdoc/>
    public override void Dispose() => _documents.Dispose();
}
