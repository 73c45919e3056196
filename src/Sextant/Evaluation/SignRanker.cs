using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>
/// Ranks by the Hamming distance of binary codes, and the best of that by the dot product of the float vectors.
/// </summary>
internal sealed class SignRanker : Ranker
{
    private readonly IndexReader _codes;
    private readonly FloatRows _queries;
    private readonly FloatRows? _vectors;
    private readonly int _rescored;

    /// <param name="set">Whose texts to embed.</param>
    /// <param name="run">Embeds them.</param>
    /// <param name="rescored">How many of the best to order by their float vectors; these are kept only if any.</param>
    /// <param name="query">Another prompt for the queries than the model's own; null: that one.</param>
    public SignRanker(RetrievalSet set, EmbeddingRun run, int rescored, Prompt? query = null)
    {
        (_queries, _rescored) = (new FloatRows(run.Dimensions), rescored);
        _vectors = rescored > 0 ? new FloatRows(run.Dimensions) : null;
        using var codes = new NumberedVectors(
            new IndexDefinition { Dimensions = run.Dimensions, Code = VectorCode.Binary, Rescore = null });
        run.Embed([.. set.Queries.Select(one => one.Text)], _queries.Add, query ?? Prompt.Query);
        run.Embed(set.Documents, vectors =>
        {
            codes.Add(vectors);
            _vectors?.Add(vectors);
        }, Prompt.Document);
        _codes = codes.Read(threads: null);
    }

    public override int Rank(int query, Span<int> documents)
    {
        ReadOnlySpan<float> vector = _queries.Row(query);
        byte[] code = new byte[BinaryCode.Bytes(vector.Length)];
        BinaryCode.Encode(vector, code);
        var found = new Hit[Math.Min(Math.Max(documents.Length, _rescored), _codes.Count)];
        int[] all = new int[1];
        _codes.SearchCodes(code, found.Length, found, all);
        int count = Math.Min(all[0], documents.Length);
        for (int i = 0; i < count; i++)
            documents[i] = found[i].Id;
        if (_vectors is null)
            return count;
        var hits = new Hit[Math.Min(_rescored, found.Length)];
        var best = new BestHits(hits);
        foreach (Hit candidate in found.AsSpan(0, hits.Length))
            best.Offer(new Hit(candidate.Id, _vectors.Score(vector, candidate.Id)));
        int rescored = Math.Min(best.Sort(), count);
        for (int i = 0; i < rescored; i++)
            documents[i] = hits[i].Id;
        return count;
    }

    public override void Dispose() => _codes.Dispose();
}
