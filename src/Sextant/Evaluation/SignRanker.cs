using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>
/// Ranks by the Hamming distance of binary codes, and the best of that by the dot product of the float vectors.
/// </summary>
internal sealed class SignRanker : Ranker
{
    private readonly BinaryIndex _codes;
    private readonly FlatIndex _queries;
    private readonly FlatIndex? _vectors;
    private readonly int _rescored;

    /// <param name="set">Whose texts to embed.</param>
    /// <param name="run">Embeds them.</param>
    /// <param name="rescored">How many of the best to order by their float vectors; these are kept only if any.</param>
    /// <param name="query">Another prompt for the queries than the model's own; null: that one.</param>
    public SignRanker(RetrievalSet set, EmbeddingRun run, int rescored, Prompt? query = null)
    {
        (_codes, _queries, _rescored) = (new BinaryIndex(run.Dimensions), new FlatIndex(run.Dimensions), rescored);
        _vectors = rescored > 0 ? new FlatIndex(run.Dimensions) : null;
        byte[] code = new byte[_codes.CodeBytes];
        run.Embed([.. set.Queries.Select(one => one.Text)], vectors => _queries.Add(vectors), query ?? Prompt.Query);
        run.Embed(set.Documents, vectors =>
        {
            for (int at = 0; at < vectors.Length; at += run.Dimensions)
            {
                BinaryCode.Encode(vectors.Slice(at, run.Dimensions), code);
                _codes.Add(code);
            }
            _vectors?.Add(vectors);
        }, Prompt.Document);
    }

    public override int Rank(int query, Span<int> documents)
    {
        ReadOnlySpan<float> vector = _queries.Row(query);
        byte[] code = new byte[_codes.CodeBytes];
        BinaryCode.Encode(vector, code);
        var found = new BinaryHit[Math.Min(Math.Max(documents.Length, _rescored), _codes.Count)];
        int count = Math.Min(_codes.Search(code, found), documents.Length);
        for (int i = 0; i < count; i++)
            documents[i] = found[i].Id;
        if (_vectors is null)
            return count;
        var hits = new Hit[Math.Min(_rescored, found.Length)];
        var best = new BestHits(hits);
        foreach (BinaryHit candidate in found.AsSpan(0, hits.Length))
            best.Offer(new Hit(candidate.Id, _vectors.Score(vector, candidate.Id)));
        int rescored = Math.Min(best.Sort(), count);
        for (int i = 0; i < rescored; i++)
            documents[i] = hits[i].Id;
        return count;
    }

    public override void Dispose() => _codes.Dispose();
}
