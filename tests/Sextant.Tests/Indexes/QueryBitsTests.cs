using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;
using static Sextant.Tests.Indexes.SomeDocuments;

namespace Sextant.Tests.Indexes;

/// <summary>Binary codes searched by queries in 1, 4 and 8 bits, against sums over dimensions.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class QueryBitsTests : IDisposable
{
    private static readonly IndexDefinition s_signs = new() { Dimensions = Dimensions, Rescore = null };

    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(1, Metric.Dot)]
    [InlineData(4, Metric.Cosine)]
    [InlineData(8, Metric.Cosine)]
    public void CandidatesAreTheNearestByTheRoundedQuery(int bits, Metric metric)
    {
        const int Count = 2000;
        float[] vectors = Vectors(1, Count);
        // Many equal codes, so that ids break ties.
        for (int id = 3; id < Count; id += 3)
            vectors.AsSpan((id / 5 + 1) * Dimensions, Dimensions).CopyTo(vectors.AsSpan(id * Dimensions, Dimensions));
        using IndexReader one = IndexReader.Of(s_signs with { Metric = metric }, vectors, threads: 1);
        using IndexReader three = IndexReader.Of(s_signs with { Metric = metric }, vectors, threads: 3);
        var some = new IdSet(Count, id => id % 3 == 1);
        foreach (IdSet? allowed in (IdSet?[])[null, some, new IdSet(Count, id => id is 5 or 600), new IdSet(Count)])
        {
            foreach (int k in (int[])[1, 10, 200])
            {
                float[] queries = Vectors(k, 70);
                int[][] expected = [.. Enumerable.Range(0, 70).Select(
                    i => Nearest(vectors, queries.AsSpan(i * Dimensions, Dimensions), bits, k, allowed))];
                // One candidate for a hit: the hits are the scan's.
                var options = new SearchOptions { QueryBits = bits, Oversampling = 1, Allowed = allowed };
                foreach (IndexReader reader in (IndexReader[])[one, three])
                {
                    var hits = new Hit[70 * k];
                    int[] found = new int[70];
                    reader.Search(queries, k, hits, found, options);
                    for (int i = 0; i < 70; i++)
                        Assert.Equal(expected[i], hits[(i * k)..(i * k + found[i])].Select(hit => hit.Id).Order());
                    var alone = new Hit[k];
                    int count = reader.Search(queries.AsSpan(0, Dimensions), alone, options);
                    Assert.Equal(hits[..found[0]], alone[..count]);
                }
            }
        }
    }

    [Fact]
    public void FourBitsAreTheDefaultAndMoreBitsFindMore()
    {
        const int Count = 3000;
        float[] vectors = Vectors(2, Count), queries = Vectors(3, 100);
        using IndexReader exact = IndexReader.Of(Float32, vectors);
        using IndexReader signs = IndexReader.Of(s_signs with { Rescore = VectorCode.Float32 }, vectors);
        var found = new Dictionary<int, int>();
        var hits = new Hit[10];
        var truth = new Hit[10];
        foreach (int bits in (int[])[1, 4, 8, 0])
        {
            for (int i = 0; i < 100; i++)
            {
                ReadOnlySpan<float> query = queries.AsSpan(i * Dimensions, Dimensions);
                exact.Search(query, truth);
                signs.Search(query, hits, bits == 0 ? null : new SearchOptions { QueryBits = bits });
                found[bits] = found.GetValueOrDefault(bits) + truth.Intersect(hits).Count();
            }
        }
        Assert.Equal(found[4], found[0]);
        Assert.True(found[4] > found[1] + 50 && found[8] >= found[4] - 5, string.Join(", ", found));
    }

    [Fact]
    public void AQueryOfZerosFindsTheFirst()
    {
        using IndexReader reader = IndexReader.Of(s_signs, Vectors(1, 600));
        var hits = new Hit[7];
        foreach (int bits in (int[])[4, 8])
        {
            Assert.Equal(7, reader.Search(
                new float[Dimensions], hits, new SearchOptions { QueryBits = bits, Oversampling = 1 }));
            Assert.Equal([0, 1, 2, 3, 4, 5, 6], hits.Select(hit => hit.Id));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void ListsAreScannedByTheRoundedQueryToo(int bits)
    {
        Change(_scratch, IndexFit.WithLists(s_signs, Vectors(17, 400), 9));
        using IndexReader reader = IndexReader.Open(_scratch.Path, threads: 2);
        var hits = new Hit[10];
        var expected = new Hit[10];
        var options = new SearchOptions { QueryBits = bits, Oversampling = 1 };
        for (int seed = 0; seed < 20; seed++)
        {
            float[] query = Vectors(seed, 1);
            Assert.Equal(10, reader.Search(query, expected, options));
            Assert.Equal(10, reader.Search(query, hits, options with { Probes = 9 }));
            Assert.Equal(expected, hits);
        }
        float[] asked = Vectors(1, 1);
        SearchOptions probing = options with { Probes = 2 };
        Assert.Equal(0, Allocations.WhenSteady(() =>
        {
            reader.Search(asked, hits, options);
            reader.Search(asked, hits, probing);
        }));
    }

    [Fact]
    public void WhatHasNoBinaryCodesHasNoChoice()
    {
        foreach (int wrong in (int[])[0, 2, 3, 16, -4])
            Assert.Throws<ArgumentOutOfRangeException>(() => new SearchOptions { QueryBits = wrong });
        using IndexReader reader = IndexReader.Of(Float32, Vectors(1, 20));
        var options = new SearchOptions { QueryBits = 4 };
        string message = Assert.Throws<UnsupportedRequestException>(
            () => reader.Search(Vectors(1, 1), new Hit[1], options)).Message;
        Assert.Contains("binary codes; this index has Float32 codes", message);
        Assert.Throws<UnsupportedRequestException>(
            () => reader.Search(Vectors(1, 2), 1, new Hit[2], new int[2], options));
    }

    // Ids of the k codes with the smallest sums of rounded magnitudes where signs differ, ties by id; ascending.
    private static int[] Nearest(float[] vectors, ReadOnlySpan<float> query, int bits, int k, IdSet? allowed)
    {
        double max = 0, squares = 0;
        foreach (float value in query)
            (max, squares) = (Math.Max(max, Math.Abs((double)value)), squares + ((double)value * value));
        if (bits == 4)
            max = Math.Min(max, 2.5 * Math.Sqrt(squares / Dimensions));
        int[] levels = new int[Dimensions];
        for (int i = 0; i < Dimensions; i++)
        {
            levels[i] = bits == 1 ? (query[i] > 0 ? 1 : -1)
                : (int)Math.Round(query[i] * (((1 << (bits - 1)) - 1) / max), MidpointRounding.ToEven);
        }
        int Distance(int id) => Enumerable.Range(0, Dimensions).Sum(
            i => vectors[id * Dimensions + i] > 0 != levels[i] > 0 ? Math.Abs(levels[i]) : 0);
        return
        [
            .. Enumerable.Range(0, vectors.Length / Dimensions)
                .Where(id => allowed is null || allowed.Contains(id))
                .OrderBy(Distance).ThenBy(id => id).Take(k).Order(),
        ];
    }
}
