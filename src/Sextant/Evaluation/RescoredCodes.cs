using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Evaluation;

/// <summary>Any codes, whose best are scored again with the float vectors they were made of.</summary>
/// <param name="codes">What is scanned; its ids are the vectors' numbers.</param>
/// <param name="vectors">What is scored.</param>
/// <param name="transform">What a query goes through before the scan; null: nothing.</param>
/// <param name="oversampling">Candidates for each hit; 0: the scan's own scores are final.</param>
internal sealed class RescoredCodes(IVectorIndex codes, FlatIndex vectors, LinearTransform? transform, int oversampling)
    : IVectorIndex
{
    public int Dimensions => vectors.Dimensions;

    public int Count => codes.Count;

    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        float[] turned = new float[codes.Dimensions];
        if (transform is null)
            query.CopyTo(turned);
        else
            transform.Apply(query, turned);
        if (oversampling == 0)
            return codes.Search(turned, hits, options);
        var candidates = new Hit[Math.Min(hits.Length * oversampling, Count)];
        int found = codes.Search(turned, candidates, options);
        var best = new BestHits(hits);
        foreach (Hit one in candidates.AsSpan(0, found))
            best.Offer(new Hit(one.Id, vectors.Score(query, one.Id)));
        return best.Sort();
    }
}
