using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>
/// Ranks by the Hamming distance of sign codes, and the best of that by the dot product of the float vectors.
/// </summary>
/// <remarks>Not for several threads at once: what is rescored has memory of its own.</remarks>
internal sealed class SignRanker : Ranker
{
    private readonly SignIndex _codes;
    private readonly FlatIndex _queries;
    private readonly FlatIndex? _vectors;
    private readonly FlatIndex _candidates;
    private readonly int _rescored;

    /// <param name="set">Whose texts to embed.</param>
    /// <param name="run">Embeds them.</param>
    /// <param name="rescored">How many of the best to order by their float vectors; these are kept only if any.</param>
    public SignRanker(RetrievalSet set, EmbeddingRun run, int rescored)
    {
        (_codes, _queries, _rescored) = (new SignIndex(run.Dimensions), new FlatIndex(run.Dimensions), rescored);
        _vectors = rescored > 0 ? new FlatIndex(run.Dimensions) : null;
        _candidates = new FlatIndex(run.Dimensions);
        run.Embed([.. set.Queries.Select(query => query.Text)], vectors => _queries.Add(vectors));
        run.Embed(set.Documents, vectors =>
        {
            _codes.Add(vectors);
            _vectors?.Add(vectors);
        });
    }

    public override int Rank(int query, Span<int> documents)
    {
        ReadOnlySpan<float> vector = _queries.Row(query);
        var hits = new Hit[Math.Min(Math.Max(documents.Length, _rescored), _codes.Count)];
        int found = _codes.Search(vector, hits);
        int rescored = Math.Min(_rescored, found);
        if (_vectors is not null)
            Rescore(_vectors, vector, hits.AsSpan(0, rescored));
        int count = Math.Min(found, documents.Length);
        for (int i = 0; i < count; i++)
            documents[i] = hits[i].Id;
        return count;
    }

    // The same scan as for float vectors over a small index, so a pair has the same score there and here.
    private void Rescore(FlatIndex vectors, ReadOnlySpan<float> query, Span<Hit> hits)
    {
        int[] ids = new int[hits.Length];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = hits[i].Id;
        Array.Sort(ids); // so that equal scores come in the order of the documents
        _candidates.Clear();
        foreach (int id in ids)
            _candidates.Add(vectors.Row(id));
        _candidates.Search(query, hits);
        foreach (ref Hit hit in hits)
            hit = new Hit(ids[hit.Id], hit.Score);
    }
}
