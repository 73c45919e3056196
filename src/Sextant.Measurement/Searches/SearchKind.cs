using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Measurement.Searches;

/// <summary>A kind of index that is measured.</summary>
/// <param name="Name">As rows and --index call it.</param>
/// <param name="Bits">Bits that a dimension takes in what is scanned.</param>
/// <param name="Make">Fills one from a set, for some threads.</param>
internal sealed record SearchKind(string Name, int Bits, Func<VectorSet, int, SearchedIndex> Make)
{
    /// <summary>All kinds, one line each.</summary>
    public static readonly IReadOnlyList<SearchKind> All =
    [
        new("flat", 32, (set, _) => SearchedIndex.Of(Filled(new FlatIndex(set.Dimensions), set), null)),
        new("exact-float32", 32, (set, threads) => Exact(set, VectorCode.Float32, threads)),
        new("exact-float16", 16, (set, threads) => Exact(set, VectorCode.Float16, threads)),
        new("exact-bfloat16", 16, (set, threads) => Exact(set, VectorCode.BFloat16, threads)),
        new("exact-int8", 8, (set, threads) => Exact(set, VectorCode.Int8, threads)),
        new("binary", 1, (set, threads) => SearchedIndex.Binary(set, threads)),
        new("rescored-x4", 1, (set, threads) => Rescored(set, threads, 4)),
        new("rescored-x16", 1, (set, threads) => Rescored(set, threads, 16)),
    ];

    private static SearchedIndex Exact(VectorSet set, VectorCode code, int threads)
    {
        CodeRanges? ranges = code == VectorCode.Int8 ? CodeRanges.Of(set.Vectors, set.Dimensions) : null;
        var index = new ExactIndex(set.Dimensions, code, Metric.Dot, ranges, threads);
        index.Add(set.Vectors);
        return SearchedIndex.Of(index, null);
    }

    private static SearchedIndex Rescored(VectorSet set, int threads, int oversampling)
    {
        var index = new RescoredIndex(set.Dimensions, threads);
        index.Add(set.Vectors);
        return SearchedIndex.Of(index, new SearchOptions { Oversampling = oversampling });
    }

    private static FlatIndex Filled(FlatIndex index, VectorSet set)
    {
        index.Add(set.Vectors);
        return index;
    }
}
