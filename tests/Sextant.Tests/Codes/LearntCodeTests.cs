using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;
using Sextant.Tests.Search;

namespace Sextant.Tests.Codes;

/// <summary>Codes that are fitted to a sample, against sums in double over what they decode to.</summary>
[Collection(nameof(MeasuredAlone))]
public class LearntCodeTests
{
    private const int Dimensions = 52;
    private const int Count = 500;

    [Fact]
    public void TheFirstLevelIsTheBinaryCodeAndItsScaleTheMeanMagnitude()
    {
        float[] vectors = Bell(1, Count);
        ResidualBinaryCode code = ResidualBinaryCode.Fit(vectors, Dimensions, 1);
        Assert.Equal(vectors.Average(v => Math.Abs((double)v)), code.Scales[0], 1e-6);
        byte[] left = new byte[code.CodeBytes], right = new byte[code.CodeBytes];
        code.Encode(vectors.AsSpan(0, Dimensions), left);
        BinaryCode.Encode(vectors.AsSpan(0, Dimensions), right);
        Assert.Equal(right, left);
        // The signs of a bell curve keep 2/π of its power.
        Assert.Equal(1 - (2 / Math.PI), code.Error, 0.01);
    }

    [Fact]
    public void EachLevelLeavesLess()
    {
        float[] vectors = Bell(2, Count);
        double[] errors = [.. Enumerable.Range(1, 4).Select(levels =>
            ResidualBinaryCode.Fit(vectors, Dimensions, levels).Error)];
        for (int i = 1; i < errors.Length; i++)
            Assert.InRange(errors[i], 0, errors[i - 1] / 2);
        // No scalar quantiser of 4 values a dimension loses less than Lloyd's and Max's, which loses 0.1175 of a bell
        // curve.
        Assert.InRange(errors[1], 0.11, 0.13);
    }

    [Theory]
    [InlineData(1, Metric.Cosine)]
    [InlineData(2, Metric.Cosine)]
    [InlineData(4, Metric.Cosine)]
    [InlineData(2, Metric.Dot)]
    public void AResidualBinaryCodeScoresAsWhatItStandsFor(int levels, Metric metric)
    {
        float[] vectors = Bell(3, Count), query = Bell(4, 1), given = [.. vectors], wanted = [.. query];
        if (metric == Metric.Cosine)
        {
            Scale(vectors);
            Scale(query);
        }
        ResidualBinaryCode code = ResidualBinaryCode.Fit(vectors, Dimensions, levels);
        byte[] asked = new byte[code.CodeBytes], one = new byte[code.CodeBytes];
        float askedLength = code.Encode(query, asked);
        var expected = new List<Hit>();
        for (int id = 0; id < Count; id++)
        {
            float length = code.Encode(vectors.AsSpan(id * Dimensions, Dimensions), one);
            float[] left = new float[Dimensions], right = new float[Dimensions];
            code.Decode(asked, left);
            code.Decode(one, right);
            Assert.Equal(Dot(left, right), code.Score(asked, one), 1e-3);
            Assert.Equal(Math.Sqrt(Dot(right, right)), length, 1e-3);
            expected.Add(new Hit(
                id, code.Score(asked, one) / (metric == Metric.Cosine ? askedLength * length : 1)));
        }
        using var index = new MemoryIndex(new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.ResidualBinary,
            ResidualBinary = code,
            Rescore = null,
            Metric = metric,
        });
        index.Add(given);
        var hits = new Hit[Count + 1];
        Assert.Equal(Count, index.Search(wanted, hits));
        expected.Sort((left, right) => left.IsBefore(right) ? -1 : 1);
        Assert.Equal(expected, hits[..Count]);
        var allowed = new IdSet(Count, id => id % 3 == 0);
        int found = index.Search(wanted, hits, new SearchOptions { Allowed = allowed, MinScore = 0 });
        Assert.Equal(expected.Where(hit => allowed.Contains(hit.Id) && hit.Score >= 0), hits[..found]);
        Assert.Equal(0, Allocations.WhenSteady(() => index.Search(wanted, hits)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(13)]
    public void AProductCodeScoresAsWhatItStandsFor(int parts)
    {
        float[] vectors = Bell(5, Count), query = Bell(6, 1);
        ProductCode code = ProductCode.Fit(vectors, Dimensions, parts);
        Assert.InRange(code.Error, 1e-9, 0.75);
        double lost = 0;
        foreach (Metric metric in (Metric[])[Metric.Dot, Metric.SquaredDistance])
        {
            using var index = MemoryIndex.Product(code, metric);
            index.Add(vectors);
            var hits = new Hit[Count];
            Assert.Equal(Count, index.Search(query, hits));
            byte[] one = new byte[parts];
            float[] decoded = new float[Dimensions];
            lost = 0;
            foreach (Hit hit in hits)
            {
                ReadOnlySpan<float> vector = vectors.AsSpan(hit.Id * Dimensions, Dimensions);
                code.Encode(vector, one);
                code.Decode(one, decoded);
                Assert.Equal(metric == Metric.Dot ? Dot(query, decoded) : -Distance(query, decoded), hit.Score, 1e-3);
                lost += Distance(vector, decoded);
            }
            for (int i = 1; i < Count; i++)
                Assert.True(hits[i - 1].IsBefore(hits[i]));
            Assert.Equal(0, Allocations.WhenSteady(() => index.Search(query, hits)));
        }
        Assert.Equal(code.Error, lost / vectors.Sum(v => (double)v * v), 1e-4);
    }

    [Fact]
    public void AProductCodeTakesTheNearestCentroid()
    {
        // 256 different vectors are their own centroids.
        float[] vectors = Bell(7, 256);
        ProductCode code = ProductCode.Fit(vectors, Dimensions, 2);
        Assert.InRange(code.Error, 0, 1e-9);
        byte[] one = new byte[2];
        for (int id = 0; id < 256; id++)
        {
            code.Encode(vectors.AsSpan(id * Dimensions, Dimensions), one);
            Assert.Equal([(byte)id, (byte)id], one);
        }
    }

    [Fact]
    public void ComponentsAreUncorrelatedAndKeepDistances()
    {
        float[] mixed = Mixed(8, Count);
        LinearTransform components = LinearTransform.Fit(mixed, Dimensions, Dimensions);
        float[] turned = Apply(components, mixed);
        for (int i = 0; i < Dimensions; i++)
        {
            for (int j = 0; j < Dimensions; j++)
            {
                if (i != j)
                    Assert.Equal(0, Covariance(turned, i, j), 1e-3);
            }
            if (i > 0)
                Assert.True(Covariance(turned, i, i) <= Covariance(turned, i - 1, i - 1) + 1e-6);
            float[] axis = components.Rows.Slice(i * Dimensions, Dimensions).ToArray();
            Assert.True(axis.MaxBy(Math.Abs) > 0);
        }
        for (int id = 1; id < 50; id++)
        {
            Assert.Equal(
                Distance(mixed.AsSpan(0, Dimensions), mixed.AsSpan(id * Dimensions, Dimensions)),
                Distance(turned.AsSpan(0, Dimensions), turned.AsSpan(id * Dimensions, Dimensions)), 1e-2);
        }
        LinearTransform few = LinearTransform.Fit(mixed, Dimensions, 5);
        float[] five = new float[5];
        few.Apply(mixed.AsSpan(0, Dimensions), five);
        Assert.Equal(turned[..5], five);
    }

    [Fact]
    public void WhatIsNoSampleIsRefused()
    {
        Assert.Throws<ArgumentException>(() => ResidualBinaryCode.Fit([], 3, 2));
        Assert.Throws<ArgumentException>(() => ResidualBinaryCode.Fit([0, 0, 0], 3, 2));
        Assert.Throws<ArgumentException>(() => ResidualBinaryCode.Fit([1, 2], 3, 2));
        Assert.Throws<ArgumentException>(() => ResidualBinaryCode.Fit([1, 2, float.NaN], 3, 2));
        Assert.Throws<ArgumentException>(() => new ResidualBinaryCode(3, [1, 0]));
        Assert.Throws<ArgumentException>(() => ProductCode.Fit([1, 2, 3], 3, 2));
        Assert.Throws<ArgumentException>(() => LinearTransform.Fit([1, 2], 3, 2));
        // All alike: one level says everything, the next ones have nothing to say.
        ResidualBinaryCode code = ResidualBinaryCode.Fit([2, -2, 2], 3, 3);
        float[] decoded = new float[3];
        byte[] bytes = new byte[code.CodeBytes];
        code.Encode([2, -2, 2], bytes);
        code.Decode(bytes, decoded);
        Assert.All(decoded, value => Assert.Equal(2, Math.Abs(value), 1.01));
    }

    private static float[] Apply(LinearTransform transform, float[] vectors)
    {
        float[] all = new float[vectors.Length];
        for (int at = 0; at < vectors.Length; at += Dimensions)
            transform.Apply(vectors.AsSpan(at, Dimensions), all.AsSpan(at));
        return all;
    }

    private static double Covariance(float[] vectors, int left, int right)
    {
        int count = vectors.Length / Dimensions;
        double[] means = [.. ((int[])[left, right]).Select(i =>
            Enumerable.Range(0, count).Average(id => (double)vectors[id * Dimensions + i]))];
        return Enumerable.Range(0, count).Average(
            id => (vectors[id * Dimensions + left] - means[0]) * (vectors[id * Dimensions + right] - means[1]));
    }

    private static double Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
            sum += (double)left[i] * right[i];
        return sum;
    }

    private static double Distance(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
            sum += ((double)left[i] - right[i]) * ((double)left[i] - right[i]);
        return sum;
    }

    // Values that hang together and have means other than zero.
    private static float[] Mixed(int seed, int count)
    {
        float[] vectors = Bell(seed, count);
        for (int at = 0; at < vectors.Length; at += Dimensions)
        {
            for (int i = 1; i < Dimensions; i++)
                vectors[at + i] = (vectors[at + i - 1] * 0.7f) + (vectors[at + i] * (1 + (i % 5))) + 0.3f;
        }
        return vectors;
    }

    private static float[] Bell(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count * Dimensions).Select(_ =>
            (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    // To length one, as an index does for the cosine.
    private static unsafe void Scale(float[] vectors)
    {
        fixed (float* start = vectors)
        {
            for (int at = 0; at < vectors.Length; at += Dimensions)
                UnitLength.Scale(start + at, Dimensions, Kernels.KernelSet.Chosen.Normalize.Run);
        }
    }
}
