using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Measurement.Searches;

/// <summary>A filled index of any kind: queries in, ids out.</summary>
/// <param name="Search">Finds ids [queries, 10] for queries first … first + count − 1 of the set it was filled from.</param>
/// <param name="TakesMany">Whether several queries at once are one call.</param>
/// <param name="Owned">What to dispose.</param>
internal sealed record SearchedIndex(Action<VectorSet, int, int, int[]> Search, bool TakesMany, IDisposable? Owned) : IDisposable
{
    public static SearchedIndex Of(IVectorIndex index, SearchOptions? options)
    {
        var hits = new Hit[VectorSet.Hits];
        return new SearchedIndex(
            (set, first, count, ids) =>
            {
                for (int query = 0; query < count; query++)
                {
                    int found = index.Search(set.Query(first + query), hits, options);
                    for (int i = 0; i < VectorSet.Hits; i++)
                        ids[query * VectorSet.Hits + i] = i < found ? hits[i].Id : -1;
                }
            },
            false, index as IDisposable);
    }

    public static SearchedIndex Binary(VectorSet set, int threads)
    {
        var index = new BinaryIndex(set.Dimensions, threads);
        var code = new byte[index.CodeBytes];
        for (int i = 0; i < set.Count; i++)
        {
            BinaryCode.Encode(set.Vectors.AsSpan(i * set.Dimensions, set.Dimensions), code);
            index.Add(code);
        }
        var queries = new byte[set.Queries * index.CodeBytes];
        for (int i = 0; i < set.Queries; i++)
            BinaryCode.Encode(set.Query(i), queries.AsSpan(i * index.CodeBytes, index.CodeBytes));
        var hits = new BinaryHit[set.Queries * VectorSet.Hits];
        return new SearchedIndex(
            (_, first, count, ids) =>
            {
                int found = index.Search(
                    queries.AsSpan(first * index.CodeBytes, count * index.CodeBytes), VectorSet.Hits, hits);
                for (int i = 0; i < count * VectorSet.Hits; i++)
                    ids[i] = i % VectorSet.Hits < found ? hits[i].Id : -1;
            },
            true, index);
    }

    public void Dispose() => Owned?.Dispose();
}
