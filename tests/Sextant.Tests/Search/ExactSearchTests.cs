using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Tests.Search;

/// <summary>Exact search over every code and metric, against sums in double over the decoded values.</summary>
[Collection(nameof(MeasuredAlone))]
public class ExactSearchTests
{
    private const int Dimensions = 77;
    private const int Count = 5000;

    public static TheoryData<VectorCode, Metric> Kinds
    {
        get
        {
            var kinds = new TheoryData<VectorCode, Metric>();
            foreach (VectorCode code in (VectorCode[])[VectorCode.Float32, VectorCode.Float16, VectorCode.BFloat16,
                VectorCode.Int8])
            {
                foreach (Metric metric in Enum.GetValues<Metric>())
                    kinds.Add(code, metric);
            }
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TheNearestAreThoseOfASumInDouble(VectorCode code, Metric metric)
    {
        float[] vectors = Values(1, Count * Dimensions), query = Values(2, Dimensions);
        CodeRanges? ranges = code == VectorCode.Int8 ? CodeRanges.Of(Unit(vectors, metric), Dimensions) : null;
        double[] expected = [.. Enumerable.Range(0, Count).Select(id =>
            Score(Decoded(code, Unit(vectors.AsSpan(id * Dimensions, Dimensions).ToArray(), metric), ranges),
                Unit(query, metric), metric))];
        Hit[]? first = null;
        foreach (int threads in (int[])[1, 2, 3])
        {
            using var index = MemoryIndex.Exact(Dimensions, code, metric, ranges, threads);
            index.Add(vectors.AsSpan(0, 1000 * Dimensions));
            index.Add(vectors.AsSpan(1000 * Dimensions));
            var hits = new Hit[Count + 5];
            Assert.Equal(Count, index.Search(query, hits));
            Assert.Equal(Count, hits[..Count].Select(hit => hit.Id).Distinct().Count());
            // Dimensions roundings of values near 1, and the bias of the integers; where vectors are scaled, an integer
            // at a border may be the next one (a step of 0.002 times a value of 0.2, twice).
            double tolerance = code == VectorCode.Int8 && metric == Metric.Cosine ? 1e-3 : 1e-4;
            Assert.All(hits[..Count], hit => Assert.Equal(expected[hit.Id], hit.Score, tolerance));
            for (int i = 1; i < Count; i++)
                Assert.True(hits[i - 1].IsBefore(hits[i]));
            first ??= hits;
            Assert.Equal(first, hits);
            var few = new Hit[10];
            Assert.Equal(10, index.Search(query, few));
            Assert.Equal(hits[..10], few);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void SeveralQueriesFindWhatEachFindsAlone(VectorCode code, Metric metric)
    {
        const int Queries = 70; // more than one block of them
        float[] vectors = Values(1, Count * Dimensions), queries = Values(2, Queries * Dimensions);
        CodeRanges? ranges = code == VectorCode.Int8 ? CodeRanges.Of(Unit(vectors, metric), Dimensions) : null;
        foreach (int threads in (int[])[1, 3])
        {
            using var index = MemoryIndex.Exact(Dimensions, code, metric, ranges, threads);
            index.Add(vectors);
            foreach (SearchOptions options in (SearchOptions[])
                [new(), new() { Allowed = new IdSet(Count, id => id % 7 == 3), MinScore = metric == Metric.SquaredDistance ? -25 : 0 }])
            {
                foreach (int k in (int[])[0, 1, 10, Count + 2])
                {
                    var hits = new Hit[Queries * k];
                    var found = new int[Queries];
                    index.Search(queries, k, hits, found, options);
                    for (int query = 0; query < Queries; query += k > 10 ? 13 : 1)
                    {
                        var alone = new Hit[k];
                        int expected = index.Search(queries.AsSpan(query * Dimensions, Dimensions), alone, options);
                        Assert.Equal(expected, found[query]);
                        Assert.Equal(alone[..expected], hits[(query * k)..][..expected]);
                    }
                }
            }
        }
    }

    [Fact]
    public void OfVectorsWithAValueBeyondTheRangeNoneIsAdded()
    {
        using var index = MemoryIndex.Exact(2, VectorCode.Float16);
        Assert.Equal(0, index.Add([1, 2]));
        Assert.Throws<ArgumentException>(() => index.Add([3, 4, 1e6f, 5]));
        Assert.Equal(1, index.Count);
        Assert.Equal(1, index.Add([5, 6])); // the caller's numbers are the index's
        var hits = new Hit[3];
        Assert.Equal(2, index.Search([1, 0], hits));
        Assert.Equal([new Hit(1, 5), new Hit(0, 1)], hits[..2]);
    }

    [Fact]
    public void SeveralQueriesThatDoNotFitAreRefused()
    {
        using var index = MemoryIndex.Exact(3);
        index.Add([1, 2, 3]);
        Assert.Throws<ArgumentException>(() => index.Search([1, 2, 3, 4], 1, new Hit[2], new int[2]));
        Assert.Throws<ArgumentException>(() => index.Search([1, 2, 3, 4, 5, 6], 1, new Hit[1], new int[2]));
        Assert.Throws<ArgumentException>(() => index.Search([1, 2, 3, 4, 5, 6], 1, new Hit[2], new int[1]));
        Assert.Throws<ArgumentException>(() => index.Search([1, 2, float.NaN], 1, new Hit[1], new int[1]));
        index.Search([], 5, [], []);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AFilterAndAThresholdLeaveWhatTheyShould(VectorCode code, Metric metric)
    {
        float[] vectors = Values(3, 700 * Dimensions), query = Values(4, Dimensions);
        CodeRanges? ranges = code == VectorCode.Int8 ? CodeRanges.Of(vectors, Dimensions) : null;
        using var index = MemoryIndex.Exact(Dimensions, code, metric, ranges, 2);
        index.Add(vectors);
        var all = new Hit[700];
        index.Search(query, all);
        foreach (int step in (int[])[1, 2, 7, 300, 1000])
        {
            var allowed = new IdSet(700, id => id % step == step / 2);
            var options = new SearchOptions { Allowed = allowed, MinScore = all[500].Score };
            Hit[] expected = [.. all[..501].Where(hit => allowed.Contains(hit.Id))];
            var hits = new Hit[700];
            Assert.Equal(expected.Length, index.Search(query, hits, options));
            Assert.Equal(expected, hits[..expected.Length]);
        }
    }

    [Fact]
    public void EqualVectorsComeByIdAndNoneIsFine()
    {
        using var index = MemoryIndex.Exact(3, VectorCode.Float16, Metric.Cosine, threads: 2);
        var hits = new Hit[4];
        Assert.Equal(0, index.Search([1, 0, 0], hits));
        for (int i = 0; i < 6; i++)
            index.Add([0, i + 1, 0]);
        Assert.Equal(4, index.Search([0, 5, 0], hits));
        Assert.Equal([0, 1, 2, 3], hits.Select(hit => hit.Id));
        Assert.All(hits, hit => Assert.Equal(1f, hit.Score));
        Assert.Equal(0, index.Search([0, 5, 0], []));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Assert.Throws<ArgumentException>(() => MemoryIndex.Exact(4, VectorCode.Int8));
        using var index = MemoryIndex.Exact(3);
        index.Add([1, 2, 3]);
        Assert.Throws<ArgumentException>(() => index.Add([1, 2]));
        Assert.Throws<ArgumentException>(() => index.Add([1, 2, float.NaN]));
        Assert.Throws<ArgumentException>(() => index.Search([1, 2], new Hit[1]));
        Assert.Throws<ArgumentException>(() =>
            index.Search([1, 2, 3], new Hit[1], new SearchOptions { Allowed = new IdSet(0) }));
        index.Add([float.MaxValue, float.MaxValue, float.MaxValue]);
        ArgumentException overflow = Assert.ThrowsAny<ArgumentException>(
            () => index.Search([float.MaxValue, -float.MaxValue, 1], new Hit[1]));
        Assert.Contains("overflow", overflow.Message);
    }

    [Fact]
    public void ASearchAllocatesNothing()
    {
        using var index = MemoryIndex.Exact(Dimensions, VectorCode.Float16, Metric.Dot, threads: 1);
        index.Add(Values(5, Count * Dimensions));
        float[] query = Values(6, Dimensions);
        var hits = new Hit[10];
        Assert.Equal(0, Allocations.WhenSteady(() => index.Search(query, hits)));
        float[] queries = [.. Enumerable.Repeat(query, 9).SelectMany(q => q)];
        var many = new Hit[9 * hits.Length];
        var found = new int[9];
        Assert.Equal(0, Allocations.WhenSteady(() => index.Search(queries, hits.Length, many, found)));
    }

    private static double Score(double[] row, float[] query, Metric metric)
    {
        double sum = 0;
        for (int i = 0; i < query.Length; i++)
            sum += metric == Metric.SquaredDistance ? -(query[i] - row[i]) * (query[i] - row[i]) : query[i] * row[i];
        return sum;
    }

    private static double[] Decoded(VectorCode code, float[] vector, CodeRanges? ranges) => code switch
    {
        VectorCode.Float16 => [.. vector.Select(v => (double)(Half)v)],
        VectorCode.BFloat16 => [.. vector.Select(v => BFloat16(v))],
        VectorCode.Int8 => [.. vector.Select((v, i) => Int8(v, ranges!.Mins[i], ranges.Maxs[i]))],
        _ => [.. vector.Select(v => (double)v)],
    };

    private static double BFloat16(float value)
    {
        var code = new ushort[1];
        BFloat16Code.Encode([value], code);
        return BitConverter.UInt32BitsToSingle((uint)code[0] << 16);
    }

    private static double Int8(float value, float min, float max)
    {
        var code = new sbyte[1];
        new CodeRanges([min], [max]).Encode([value], code);
        return min + (code[0] + 128) * ((double)max - min) / 255;
    }

    private static float[] Unit(float[] vectors, Metric metric)
    {
        if (metric != Metric.Cosine)
            return vectors;
        var unit = new float[vectors.Length];
        for (int first = 0; first < vectors.Length; first += Dimensions)
        {
            double length = Math.Sqrt(vectors.Skip(first).Take(Dimensions).Sum(v => (double)v * v));
            for (int i = first; i < first + Dimensions; i++)
                unit[i] = (float)(vectors[i] / length);
        }
        return unit;
    }

    private static float[] Values(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
