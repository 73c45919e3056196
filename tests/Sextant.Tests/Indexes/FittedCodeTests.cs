using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;
using Sextant.Tests.Search;
using static Sextant.Tests.Indexes.SomeDocuments;

namespace Sextant.Tests.Indexes;

/// <summary>
/// Codes whose parameters are fitted to a sample, on disk: they find what the same codes in memory find.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public sealed class FittedCodeTests : IDisposable
{
    private const int Few = 48;

    private static readonly float[] s_sample = Vectors(17, 400);

    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(1, null)]
    [InlineData(3, null)]
    [InlineData(2, VectorCode.Float16)]
    public void ResidualBinary(int levels, VectorCode? rescore)
    {
        ResidualBinaryCode code = ResidualBinaryCode.Fit(Scaled(s_sample), Dimensions, levels);
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.ResidualBinary,
            ResidualBinary = code,
            Rescore = rescore,
            Metric = Metric.Cosine,
        };
        using var expected = MemoryIndex.Residual(code, 1);
        AssertFindsTheSame(definition, vectors => expected.Add(vectors), query => All(expected, query));
    }

    [Theory]
    [InlineData(Metric.Dot, null)]
    [InlineData(Metric.SquaredDistance, null)]
    [InlineData(Metric.Cosine, VectorCode.Float32)]
    public void Product(Metric metric, VectorCode? rescore)
    {
        float[] Seen(float[] vectors) => metric == Metric.Cosine ? Scaled(vectors) : vectors;
        ProductCode code = ProductCode.Fit(Seen(s_sample), Dimensions, 14);
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.Product,
            Product = code,
            Rescore = rescore,
            Metric = metric,
        };
        using var expected = MemoryIndex.Product(code, metric == Metric.Cosine ? Metric.Dot : metric, 1);
        AssertFindsTheSame(definition, vectors => expected.Add(Seen(vectors)), query => All(expected, Seen(query)));
    }

    // Estimates of an index are those of its code, one vector after the other.
    [Theory]
    [InlineData(1, 0, Metric.Dot, null)]
    [InlineData(2, 48, Metric.Dot, null)]
    [InlineData(3, 42, Metric.Cosine, null)]
    [InlineData(4, 0, Metric.SquaredDistance, null)]
    [InlineData(2, 0, Metric.Cosine, VectorCode.Float16)]
    public void RaBitQ(int bits, int components, Metric metric, VectorCode? rescore)
    {
        float[] Seen(float[] vectors) => metric == Metric.Cosine ? Scaled(vectors) : vectors;
        IndexDefinition definition = IndexFit.WithRaBitQ(
            new IndexDefinition { Dimensions = Dimensions, Rescore = rescore, Metric = metric }, s_sample, bits,
            components);
        RaBitQCode code = definition.RaBitQ!;
        Assert.Equal((bits, components > 0 ? components : Dimensions), (code.Bits, code.CodedDimensions));
        var added = new List<float[]>();
        AssertFindsTheSame(
            definition,
            vectors => added.AddRange(Seen(vectors).Chunk(Dimensions)),
            query => [.. added.Select((vector, id) => new Hit(id, Estimate(code, vector, Seen(query), metric)))]);
    }

    private static float Estimate(RaBitQCode code, float[] vector, float[] query, Metric metric)
    {
        bool isDistance = metric == Metric.SquaredDistance;
        byte[] bytes = new byte[code.CodeBytes(isDistance)], numbers = new byte[code.CodedDimensions];
        sbyte[] asked = new sbyte[code.QueryBytes];
        code.Encode(vector, isDistance, bytes);
        RaBitQQuery prepared = code.Prepare(query, isDistance, asked);
        PackedCode.Unpack(bytes.AsSpan(0, code.PackedBytes), code.Bits, numbers);
        int sum = numbers.Select((number, i) => number * asked[i]).Sum();
        float score = (float)((2 * sum) - prepared.Offset) * BitConverter.ToSingle(bytes, code.PackedBytes);
        score *= prepared.Scale;
        score += prepared.Bias;
        return isDistance ? score - BitConverter.ToSingle(bytes, code.PackedBytes + sizeof(float)) : score;
    }

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.ResidualBinary)]
    public void ATransformComesBeforeTheCode(VectorCode code)
    {
        LinearTransform transform = LinearTransform.Fit(s_sample, Dimensions, Few);
        float[] Turned(float[] vectors)
        {
            float[] all = new float[vectors.Length / Dimensions * Few];
            for (int i = 0; i < vectors.Length / Dimensions; i++)
                transform.Apply(vectors.AsSpan(i * Dimensions, Dimensions), all.AsSpan(i * Few));
            return all;
        }
        ResidualBinaryCode? residual =
            code == VectorCode.ResidualBinary ? ResidualBinaryCode.Fit(Turned(s_sample), Few, 2) : null;
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = code,
            Transform = transform,
            ResidualBinary = residual,
            Rescore = null,
            Metric = Metric.Cosine,
        };
        using MemoryIndex expected = residual is null
            ? MemoryIndex.Exact(Few, code, Metric.Cosine, threads: 1)
            : MemoryIndex.Residual(residual, 1);
        AssertFindsTheSame(
            definition,
            vectors => expected.Add(Turned(vectors)),
            query => All(expected, Turned(query)));
    }

    [Fact]
    public void WhatWasFittedIsKept()
    {
        ProductCode product = ProductCode.Fit(Vectors(3, 300)[..(300 * 48)], Few, 6);
        LinearTransform transform = LinearTransform.Fit(s_sample, Dimensions, Few);
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.Product,
            Product = product,
            Transform = transform,
            Ranges = CodeRanges.Of(s_sample, Dimensions),
            Rescore = VectorCode.Int8,
        };
        VectorIndex.Create(_scratch.Path, definition).Dispose();
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        IndexDefinition read = reader.Definition;
        Assert.Equal(product.Values.ToArray(), read.Product!.Values.ToArray());
        Assert.Equal(product.Error, read.Product.Error);
        Assert.Equal(transform.Mean.ToArray(), read.Transform!.Mean.ToArray());
        Assert.Equal(transform.Rows.ToArray(), read.Transform.Rows.ToArray());
        Assert.Equal(definition.Ranges.Maxs.ToArray(), read.Ranges!.Maxs.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void ARaBitQCodeIsKept(int components)
    {
        IndexDefinition definition = IndexFit.WithRaBitQ(
            new IndexDefinition { Dimensions = Dimensions }, s_sample, 3, components);
        definition = definition with
        {
            RaBitQ = new RaBitQCode(
                definition.RaBitQ!.Centre, 3, definition.RaBitQ.Components, seed: 0xFEDC_BA98_7654_3210),
        };
        VectorIndex.Create(_scratch.Path, definition).Dispose();
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        RaBitQCode read = reader.Definition.RaBitQ!;
        Assert.Equal((3, 0xFEDC_BA98_7654_3210), (read.Bits, read.Seed));
        Assert.Equal(definition.RaBitQ.Centre.ToArray(), read.Centre.ToArray());
        Assert.Equal(components > 0, read.Components is not null);
        Assert.Equal(
            definition.RaBitQ.Components is { } made ? made.Rows.ToArray() : [],
            read.Components is { } kept ? kept.Rows.ToArray() : []);
        Assert.Equal(
            definition.RaBitQ.Components is { } one ? one.Mean.ToArray() : [],
            read.Components is { } other ? other.Mean.ToArray() : []);
    }

    [Fact]
    public void WhatDoesNotGoTogetherIsRefused()
    {
        ResidualBinaryCode two = ResidualBinaryCode.Fit(s_sample, Dimensions, 2);
        var good = new IndexDefinition { Dimensions = Dimensions, Code = VectorCode.ResidualBinary, ResidualBinary = two };
        Refused(good with { ResidualBinary = null }, "needs scales");
        Refused(good with { ResidualBinary = ResidualBinaryCode.Fit(new float[] { 1, 2 }, 2, 2) }, "scales for 2 dimensions");
        Refused(good with { Metric = Metric.SquaredDistance }, "not by distances");
        Refused(good with { Code = VectorCode.Binary }, "scales for 70 dimensions do not go");
        Refused(good with { Code = VectorCode.Product }, "scales");
        Refused(good with { Code = VectorCode.Product, ResidualBinary = null }, "needs centroids");
        Refused(good with { Rescore = VectorCode.ResidualBinary }, "rescoring needs");
        Refused(good with { Transform = LinearTransform.Fit(s_sample, Dimensions, Few) }, "scales for 70");
        Refused(
            good with { Transform = LinearTransform.Fit(s_sample.AsSpan(0, 35 * 100), 35, 35) },
            "the transform for 35");

        var packed = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.RaBitQ,
            RaBitQ = RaBitQCode.Fit(s_sample, Dimensions, 2),
        };
        Refused(packed with { RaBitQ = null }, "needs a RaBitQ code");
        Refused(packed with { RaBitQ = RaBitQCode.Fit(s_sample.AsSpan(0, 35 * 100), 35, 2) }, "a RaBitQ code for 35");
        Refused(packed with { Code = VectorCode.Float32, Rescore = null }, "do not go with this code");
        Refused(packed with { Transform = LinearTransform.Fit(s_sample, Dimensions, Few) }, "components of its own");
        Refused(good with { Rescore = VectorCode.RaBitQ }, "rescoring needs");

        void Refused(IndexDefinition definition, string message) => Assert.Contains(
            message, Assert.Throws<ArgumentException>(() => VectorIndex.Create(_scratch.Path, definition)).Message);
    }

    // The index after random changes, and an index in memory of what must be left.
    private void AssertFindsTheSame(IndexDefinition definition, Action<float[]> add, Func<float[], Hit[]> search)
    {
        List<(string Key, float[] Vectors)> documents = Change(_scratch, definition);
        var added = new List<string>();
        foreach ((string key, float[] vectors) in documents)
        {
            add(vectors);
            added.AddRange(Enumerable.Range(0, vectors.Length / Dimensions).Select(i => $"{key}#{i}"));
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        reader.Verify();
        float[] query = Vectors(99, 1);
        var hits = new Hit[added.Count + 2];
        int found = reader.Search(query, hits);
        Assert.Equal(added.Count, found);
        for (int i = 1; i < found; i++)
            Assert.True(hits[i - 1].IsBefore(hits[i]));
        if (definition.Rescore is null)
        {
            Assert.Equal(
                search(query).Select(hit => (hit.Score, added[hit.Id])).Order(),
                hits[..found].Select(hit => (hit.Score, Name(reader, hit.Id))).Order());
        }
        else
        {
            var vectors = documents.SelectMany(one => one.Vectors.Chunk(Dimensions)).ToArray();
            var scores = added.Select((name, i) => (name, vectors[i])).ToDictionary(
                one => one.name, one => Dot(Scaled(query), Scaled(one.Item2)));
            Assert.All(hits[..found], hit => Assert.Equal(scores[Name(reader, hit.Id)], hit.Score, 1e-3));
        }
        var ten = new Hit[10];
        IdSet allowed = reader.Where(IndexFilter.Parse());
        for (int i = 0; i < 10; i++)
            allowed.Remove(hits[i].Id);
        reader.Search(query, ten, new SearchOptions { Allowed = allowed, Oversampling = added.Count });
        Assert.Equal(hits[10..20], ten);
        Assert.Equal(0, Allocations.WhenSteady(() => reader.Search(query, ten)));
    }

    private static Hit[] All(IVectorIndex index, float[] query)
    {
        var hits = new Hit[index.Count];
        Assert.Equal(hits.Length, index.Search(query, hits));
        return hits;
    }

    private static double Dot(float[] left, float[] right) =>
        left.Zip(right).Sum(pair => (double)pair.First * pair.Second);

    private static float[] Scaled(float[] vectors) => Scaled(vectors, Dimensions);

    // To length one, by the kernels' rule.
    private static unsafe float[] Scaled(float[] vectors, int dimensions)
    {
        float[] scaled = [.. vectors];
        fixed (float* start = scaled)
        {
            for (int at = 0; at < scaled.Length; at += dimensions)
                Kernels.KernelSet.Chosen.Normalize.Run(start + at, dimensions);
        }
        return scaled;
    }
}
