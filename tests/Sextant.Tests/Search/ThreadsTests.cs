using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Tests.Search;

/// <summary>
/// Every index in memory that threads share finds the same with any number of them, and allocates nothing in steady
/// state. The sets are large enough for several shards, as the numbers beside them say.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class ThreadsTests
{
    private const int Dimensions = 128;
    private const int Count = 40_000;

    private static readonly float[] s_vectors = Vectors(1, Count);

    [Fact]
    public void ResidualBinary() // 40,000 × 3 levels × 16 bytes: 7 shards
    {
        ResidualBinaryCode code = ResidualBinaryCode.Fit(s_vectors.AsSpan(0, 500 * Dimensions), Dimensions, 3);
        AreSame(threads =>
        {
            var index = MemoryIndex.Residual(code, threads);
            index.Add(s_vectors);
            return index;
        });
    }

    [Theory]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.SquaredDistance)]
    public void Product(Metric metric) // 40,000 × 32 bytes: 4 shards
    {
        ProductCode code = ProductCode.Fit(s_vectors.AsSpan(0, 1000 * Dimensions), Dimensions, 32);
        AreSame(threads =>
        {
            var index = MemoryIndex.Product(code, metric, threads);
            index.Add(s_vectors);
            return index;
        });
    }

    [Theory]
    [InlineData(VectorCode.Float32)] // 80 shards
    [InlineData(VectorCode.BFloat16)]
    [InlineData(VectorCode.Binary)] // 40,000 × 16 bytes: 2 shards
    public void Rows(VectorCode code) => AreSame(threads =>
    {
        MemoryIndex index = MemoryIndex.Exact(Dimensions, code, threads: threads);
        index.Add(s_vectors);
        return index;
    });

    [Fact]
    public void BinaryLists() // half of the lists
    {
        float[] query = Vectors(3, 1);
        var results = new List<Hit[]>();
        IndexDefinition definition = IndexFit.WithLists(
            new IndexDefinition { Dimensions = Dimensions, Rescore = null }, s_vectors.AsSpan(0, 2000 * Dimensions), 30);
        foreach (int threads in (int[])[1, 2, 3, 5])
        {
            using IndexReader index = IndexReader.Of(definition, s_vectors, threads);
            var hits = new Hit[1000];
            var options = new SearchOptions { Probes = 20 };
            Assert.Equal(1000, index.Search(query, hits, options));
            results.Add(hits);
            Assert.Equal(0, Allocations.WhenSteady(() => index.Search(query, hits, options)));
        }
        Assert.All(results, one => Assert.Equal(results[0], one));
    }

    [Fact]
    public void HammingDistances() // 40,000 × 16 bytes: 2 shards
    {
        byte[] codes = Codes(3, 12);
        var results = new List<Hit[]>();
        foreach (int threads in (int[])[1, 2, 3, 5])
        {
            using IndexReader index = IndexReader.Of(
                new IndexDefinition { Dimensions = Dimensions, Rescore = null }, s_vectors, threads);
            var hits = new Hit[12 * 100];
            int[] found = new int[12];
            index.SearchCodes(codes, 100, hits, found);
            Assert.All(found, one => Assert.Equal(100, one));
            results.Add(hits);
            Assert.Equal(0, Allocations.WhenSteady(() => index.SearchCodes(codes, 100, hits, found)));
        }
        Assert.All(results, one => Assert.Equal(results[0], one));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LateInteraction(bool encodes) // 4,000 documents × 10 vectors × 6 of the query: 60 shards
    {
        var results = new List<Hit[]>();
        FixedDimensionalEncoding? encoding = encodes ? new FixedDimensionalEncoding(Dimensions, 4, 3, 5) : null;
        float[] query = Vectors(9, 6);
        var limited = new SearchOptions
        {
            Allowed = new IdSet(Count / 10, id => id % 3 != 0),
            MinScore = 1,
            Oversampling = 50,
        };
        foreach (int threads in (int[])[1, 2, 3, 5])
        {
            using var index = new LateInteractionIndex(Dimensions, encoding, threads);
            for (int at = 0; at < s_vectors.Length; at += 10 * Dimensions)
                index.Add(s_vectors.AsSpan(at, 10 * Dimensions));
            var hits = new Hit[40];
            int found = index.Search(query, hits.AsSpan(0, 20));
            found += index.Search(query, hits.AsSpan(20), limited);
            Assert.Equal(40, found);
            results.Add(hits);
            Assert.Equal(0, Allocations.WhenSteady(() => index.Search(query, hits, limited)));
        }
        Assert.All(results, one => Assert.Equal(results[0], one));
    }

    private static void AreSame(Func<int, IVectorIndex> make)
    {
        var results = new List<Hit[]>();
        float[] query = Vectors(3, 1);
        foreach (int threads in (int[])[1, 2, 3, 5])
        {
            IVectorIndex index = make(threads);
            using var disposed = (IDisposable)index;
            var hits = new Hit[1000];
            Assert.Equal(1000, index.Search(query, hits));
            results.Add(hits);
            Assert.Equal(0, Allocations.WhenSteady(() => index.Search(query, hits)));
        }
        Assert.All(results, one => Assert.Equal(results[0], one));
    }

    private static float[] Vectors(int seed, int count)
    {
        var random = new Random(seed);
        float[] vectors = new float[count * Dimensions];
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = random.NextSingle() - 0.5f;
        return vectors;
    }

    private static byte[] Codes(int seed, int count)
    {
        byte[] codes = new byte[count * Dimensions / 8];
        new Random(seed).NextBytes(codes);
        return codes;
    }
}
