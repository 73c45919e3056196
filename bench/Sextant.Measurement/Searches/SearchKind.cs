using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Measurement.Searches;

/// <summary>A kind of index that is measured.</summary>
/// <param name="Name">As rows and --index call it.</param>
/// <param name="Type">What searches. A test fails where a type of index has no kind.</param>
/// <param name="Bits">Bits that a vector takes in what a search can read, by its dimensions.</param>
/// <param name="Make">Fills one from a set, for some threads.</param>
internal sealed record SearchKind(
    string Name, Type Type, Func<int, double> Bits, Func<VectorSet, int, SearchedIndex> Make)
{
    // What codes and lists are learnt from; the sets' clusters are seen sixteen times each.
    private const int SampleCount = 4096;

    /// <summary>Whether a search reads everything, so that the memory's bandwidth is its ceiling.</summary>
    public bool ReadsAll { get; init; } = true;

    /// <summary>What rows are stored as that a device scores; null: none, or binary codes.</summary>
    public VectorCode? Rows { get; init; }

    /// <summary>Whether documents are groups of vectors, compared by MaxSim.</summary>
    public bool IsGrouped { get; init; }

    /// <summary>Whether learning its code takes half a minute: a quick run makes it only where it is named.</summary>
    public bool IsSlowToMake { get; init; }

    /// <summary>All kinds, one line each.</summary>
    public static readonly IReadOnlyList<SearchKind> All =
    [
        new("flat", typeof(FlatIndex), d => 32 * d, (set, _) => Filled(new FlatIndex(set.Dimensions), set)),
        new("exact-float32", typeof(ExactIndex), d => 32 * d,
            (set, threads) => Exact(set, VectorCode.Float32, threads)) { Rows = VectorCode.Float32 },
        new("exact-float16", typeof(ExactIndex), d => 16 * d,
            (set, threads) => Exact(set, VectorCode.Float16, threads)) { Rows = VectorCode.Float16 },
        new("exact-bfloat16", typeof(ExactIndex), d => 16 * d,
            (set, threads) => Exact(set, VectorCode.BFloat16, threads)) { Rows = VectorCode.BFloat16 },
        new("exact-int8", typeof(ExactIndex), d => 8 * d,
            (set, threads) => Exact(set, VectorCode.Int8, threads)) { Rows = VectorCode.Int8 },
        new("bebr-2", typeof(ResidualBinaryIndex), d => 2 * d + 32, (set, threads) => ResidualBinary(set, 2, threads)),
        new("bebr-4", typeof(ResidualBinaryIndex), d => 4 * d + 32, (set, threads) => ResidualBinary(set, 4, threads)),
        new("product", typeof(ProductIndex), d => 8 * Parts(d), Product) { IsSlowToMake = true },
        new("binary", typeof(BinaryIndex), d => d, Binary),
        new("multi-hash", typeof(MultiHashIndex), d => d, MultiHash) { ReadsAll = false },
        new("ivf", typeof(BinaryIvfIndex), d => d, (set, threads) => Lists(set, 16, threads)) { ReadsAll = false },
        new("ivf-wide", typeof(BinaryIvfIndex), d => d,
            (set, threads) => Lists(set, 4, threads)) { ReadsAll = false },
        new("rescored-x4", typeof(RescoredIndex), d => d, (set, threads) => Rescored(set, threads, 4)),
        new("rescored-x16", typeof(RescoredIndex), d => d, (set, threads) => Rescored(set, threads, 16)),
        new("maxsim", typeof(LateInteractionIndex), d => 32 * d,
            (set, threads) => SearchedIndex.MaxSim(set, null, threads))
        {
            IsGrouped = true,
        },
        new("muvera", typeof(LateInteractionIndex), d => 32 * d + 32 * MuveraColumns * d / VectorSet.Group,
            (set, threads) =>
            SearchedIndex.MaxSim(set, new FixedDimensionalEncoding(set.Dimensions, Repetitions, BucketBits), threads))
        {
            IsGrouped = true,
            ReadsAll = false,
        },
    ];

    private const int Repetitions = 4;
    private const int BucketBits = 2;
    private const int MuveraColumns = Repetitions << BucketBits;

    private static SearchedIndex Filled(FlatIndex index, VectorSet set)
    {
        index.Add(set.Vectors);
        return SearchedIndex.Of(index, null);
    }

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

    private static SearchedIndex ResidualBinary(VectorSet set, int levels, int threads)
    {
        var index = new ResidualBinaryIndex(ResidualBinaryCode.Fit(Sample(set), set.Dimensions, levels), threads);
        index.Add(set.Vectors);
        return SearchedIndex.Of(index, null);
    }

    private static SearchedIndex Product(VectorSet set, int threads)
    {
        var index = new ProductIndex(
            ProductCode.Fit(Sample(set), set.Dimensions, Parts(set.Dimensions)), Metric.Dot, threads);
        index.Add(set.Vectors);
        return SearchedIndex.Of(index, null);
    }

    // Reads one list in so many, of as many lists as the square root of the number of codes.
    private static SearchedIndex Lists(VectorSet set, int oneIn, int threads)
    {
        int sample = Math.Min(set.Count, SampleCount);
        int lists = Math.Clamp((int)Math.Sqrt(set.Count), 1, sample);
        var index = BinaryIvfIndex.Train(
            set.Dimensions, SearchedIndex.Codes(set.Vectors, sample, set.Dimensions), lists, threads);
        index.Probes = Math.Max(1, lists / oneIn);
        index.Add(Codes(set));
        return SearchedIndex.Of(index, set);
    }

    private static SearchedIndex Binary(VectorSet set, int threads)
    {
        var index = new BinaryIndex(set.Dimensions, threads);
        index.Add(Codes(set));
        return SearchedIndex.Of(index, set);
    }

    private static SearchedIndex MultiHash(VectorSet set, int threads)
    {
        var index = new MultiHashIndex(set.Dimensions, threads);
        index.Add(Codes(set));
        return SearchedIndex.Of(index, set);
    }

    private static byte[] Codes(VectorSet set) => SearchedIndex.Codes(set.Vectors, set.Count, set.Dimensions);

    private static ReadOnlySpan<float> Sample(VectorSet set) =>
        set.Vectors.AsSpan(0, Math.Min(set.Count, SampleCount) * set.Dimensions);

    // A byte for eight dimensions where they can be cut so: one bit a dimension.
    private static int Parts(int dimensions) => dimensions % 8 == 0 ? dimensions / 8 : dimensions;
}
