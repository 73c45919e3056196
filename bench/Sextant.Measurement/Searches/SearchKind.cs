using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Measurement.Searches;

/// <summary>A kind of index that is measured.</summary>
/// <param name="Name">As rows and --index call it.</param>
/// <param name="Code">What is scanned. A test fails where a code has no kind.</param>
/// <param name="Bits">Bits that a vector takes in what a search can read, by its dimensions.</param>
/// <param name="Make">Fills one from a set, for some threads.</param>
internal sealed record SearchKind(
    string Name, VectorCode Code, Func<int, double> Bits, Func<VectorSet, int, SearchedIndex> Make)
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
        new("exact-float32", VectorCode.Float32, d => 32 * d,
            (set, threads) => Exact(set, VectorCode.Float32, threads)) { Rows = VectorCode.Float32 },
        new("exact-float16", VectorCode.Float16, d => 16 * d,
            (set, threads) => Exact(set, VectorCode.Float16, threads)) { Rows = VectorCode.Float16 },
        new("exact-bfloat16", VectorCode.BFloat16, d => 16 * d,
            (set, threads) => Exact(set, VectorCode.BFloat16, threads)) { Rows = VectorCode.BFloat16 },
        new("exact-int8", VectorCode.Int8, d => 8 * d,
            (set, threads) => Exact(set, VectorCode.Int8, threads)) { Rows = VectorCode.Int8 },
        new("bebr-2", VectorCode.ResidualBinary, d => 2 * d + 32, (set, threads) => ResidualBinary(set, 2, threads)),
        new("bebr-4", VectorCode.ResidualBinary, d => 4 * d + 32, (set, threads) => ResidualBinary(set, 4, threads)),
        new("rabitq-1", VectorCode.RaBitQ, d => d + 32, (set, threads) => RaBitQ(set, 1, threads)),
        new("rabitq-2", VectorCode.RaBitQ, d => (2 * d) + 32, (set, threads) => RaBitQ(set, 2, threads)),
        new("rabitq-3", VectorCode.RaBitQ, d => (3 * d) + 32, (set, threads) => RaBitQ(set, 3, threads)),
        new("rabitq-4", VectorCode.RaBitQ, d => (4 * d) + 32, (set, threads) => RaBitQ(set, 4, threads)),
        new("product", VectorCode.Product, d => 8 * Parts(d), Product) { IsSlowToMake = true },
        new("binary", VectorCode.Binary, d => d,
            (set, threads) => SearchedIndex.OfCodes(Read(set, Signs(set), threads), set)),
        new("binary-q4", VectorCode.Binary, d => d, (set, threads) => Rounded(set, threads, 4)),
        new("binary-q8", VectorCode.Binary, d => d, (set, threads) => Rounded(set, threads, 8)),
        new("ivf", VectorCode.Binary, d => d, (set, threads) => Lists(set, 16, threads)) { ReadsAll = false },
        new("ivf-wide", VectorCode.Binary, d => d, (set, threads) => Lists(set, 4, threads)) { ReadsAll = false },
        new("rescored-x4", VectorCode.Binary, d => d, (set, threads) => Rescored(set, threads, 1, 4)),
        new("rescored-x16", VectorCode.Binary, d => d, (set, threads) => Rescored(set, threads, 1, 16)),
        new("rescored-q4-x4", VectorCode.Binary, d => d, (set, threads) => Rescored(set, threads, 4, 4)),
        new("maxsim", VectorCode.Float32, d => 32 * d,
            (set, threads) => SearchedIndex.MaxSim(set, null, threads))
        {
            IsGrouped = true,
        },
        new("muvera", VectorCode.Float32, d => 32 * d + 32 * MuveraColumns * d / VectorSet.Group,
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

    private static IndexDefinition Signs(VectorSet set) =>
        new() { Dimensions = set.Dimensions, Code = VectorCode.Binary, Rescore = null };

    private static IndexReader Read(VectorSet set, IndexDefinition definition, int threads) =>
        IndexReader.Of(definition, set.Vectors, threads);

    private static SearchedIndex Exact(VectorSet set, VectorCode code, int threads) => SearchedIndex.Of(
        Read(set, Signs(set) with
        {
            Code = code,
            Ranges = code == VectorCode.Int8 ? CodeRanges.Of(set.Vectors, set.Dimensions) : null,
        }, threads), null);

    private static SearchedIndex Rescored(VectorSet set, int threads, int queryBits, int oversampling) =>
        SearchedIndex.Of(
            Read(set, Signs(set) with { Rescore = VectorCode.Float32 }, threads),
            new SearchOptions { Oversampling = oversampling, QueryBits = queryBits });

    // The scan alone: one candidate for a hit.
    private static SearchedIndex Rounded(VectorSet set, int threads, int queryBits) => SearchedIndex.Of(
        Read(set, Signs(set), threads), new SearchOptions { Oversampling = 1, QueryBits = queryBits });

    private static SearchedIndex ResidualBinary(VectorSet set, int levels, int threads) =>
        SearchedIndex.Of(
            Read(set, IndexFit.WithResidualBinary(
                Signs(set) with { Metric = Metric.Cosine }, Sample(set), levels), threads),
            null);

    private static SearchedIndex RaBitQ(VectorSet set, int bits, int threads) =>
        SearchedIndex.Of(Read(set, IndexFit.WithRaBitQ(Signs(set), Sample(set), bits), threads), null);

    private static SearchedIndex Product(VectorSet set, int threads) =>
        SearchedIndex.Of(
            Read(set, IndexFit.WithProduct(Signs(set), Sample(set), Parts(set.Dimensions)), threads), null);

    // Reads one list in so many, of as many lists as the square root of the number of codes.
    private static SearchedIndex Lists(VectorSet set, int oneIn, int threads)
    {
        int lists = Math.Clamp((int)Math.Sqrt(set.Count), 1, Math.Min(set.Count, SampleCount));
        return SearchedIndex.Of(
            Read(set, IndexFit.WithLists(Signs(set), Sample(set), lists), threads),
            new SearchOptions { Probes = Math.Max(1, lists / oneIn) });
    }

    private static ReadOnlySpan<float> Sample(VectorSet set) =>
        set.Vectors.AsSpan(0, Math.Min(set.Count, SampleCount) * set.Dimensions);

    // A byte for eight dimensions where they can be cut so: one bit a dimension.
    private static int Parts(int dimensions) => dimensions % 8 == 0 ? dimensions / 8 : dimensions;
}
