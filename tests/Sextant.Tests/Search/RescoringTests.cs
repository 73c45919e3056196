using Sextant.Search;

namespace Sextant.Tests.Search;

[Collection(nameof(MeasuredAlone))]
public class RescoringTests
{
    private const int Dimensions = 77;
    private const int Count = 3000;

    [Fact]
    public void WithAllAsCandidatesItFindsWhatTheFlatIndexFinds()
    {
        (MemoryIndex index, MemoryIndex flat, float[] query) = Make();
        using (index)
        {
            var expected = new Hit[10];
            var hits = new Hit[10];
            flat.Search(query, expected);
            Assert.Equal(10, index.Search(query, hits, Count / 10));
            Assert.Equal(expected, hits);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void TheCandidatesAreTheNearestCodesAndTheScoresAreExact(int oversampling)
    {
        (MemoryIndex index, MemoryIndex flat, float[] query) = Make();
        using (index)
        {
            var all = new Hit[Count];
            flat.Search(query, all);
            // The nearest by signs that differ, ties by id; of those, the best by their exact scores.
            float[] vectors = Values(1, Count * Dimensions);
            int[] candidates = [.. Enumerable.Range(0, Count)
                .OrderBy(id =>
                    Enumerable.Range(0, Dimensions).Count(i => vectors[id * Dimensions + i] > 0 != query[i] > 0))
                .ThenBy(id => id).Take(10 * oversampling)];
            Hit[] expected = [.. all.Where(hit => candidates.Contains(hit.Id)).Take(10)];
            var hits = new Hit[10];
            Assert.Equal(10, index.Search(query, hits, oversampling));
            Assert.Equal(expected, hits);
        }
    }

    [Fact]
    public void FewVectorsOrNone()
    {
        using var index = MemoryIndex.Rescored(3, 1);
        var hits = new Hit[5];
        Assert.Equal(0, index.Search([1, 2, 3], hits));
        Assert.Equal(0, index.Add([1, 0, 0, -1, 0, 0]));
        Assert.Equal(2, index.Search([2, 0, 0], hits));
        Assert.Equal([new Hit(0, 2), new Hit(1, -2)], hits[..2]);
        Assert.Equal(0, index.Search([2, 0, 0], []));
        index.Clear();
        Assert.Equal(0, index.Search([2, 0, 0], hits));
    }

    [Fact]
    public void WhatIsNoVectorIsRefused()
    {
        using var index = MemoryIndex.Rescored(3, 1);
        Assert.Throws<ArgumentException>(() => index.Add([1, 2]));
        Assert.Throws<ArgumentException>(() => index.Add([1, 2, float.NaN]));
        Assert.Equal(0, index.Count);
        Assert.Throws<ArgumentException>(() => index.Search([1, 2], new Hit[1]));
        Assert.Throws<ArgumentException>(() => index.Search([1, 2, float.NaN], new Hit[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Search([1, 2, 3], new Hit[1], 0));
    }

    [Fact]
    public void ASearchAllocatesNothing()
    {
        (MemoryIndex index, _, float[] query) = Make();
        using (index)
        {
            var hits = new Hit[20];
            Assert.Equal(0, Allocations.WhenSteady(() => index.Search(query, hits)));
        }
    }

    private static (MemoryIndex Index, MemoryIndex Flat, float[] Query) Make()
    {
        float[] vectors = Values(1, Count * Dimensions);
        var index = MemoryIndex.Rescored(Dimensions, 2);
        var flat = MemoryIndex.Exact(Dimensions);
        index.Add(vectors);
        flat.Add(vectors);
        return (index, flat, Values(2, Dimensions));
    }

    private static float[] Values(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
