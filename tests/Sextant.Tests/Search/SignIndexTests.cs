using Sextant.Search;

namespace Sextant.Tests.Search;

public class SignIndexTests
{
    [Fact]
    public void FewerDifferentSignsComeFirst()
    {
        var index = new SignIndex(3);
        index.Add([1, -1, 2, -1, -1, -1, 1, 1, 1, 9, -9, 9]);
        var hits = new Hit[5];
        Assert.Equal(4, index.Search([5, -0.1f, 0.2f], hits));
        Assert.Equal([new Hit(0, 0), new Hit(3, 0), new Hit(2, -1), new Hit(1, -2)], hits[..4]);
    }

    [Fact]
    public void ZeroIsNotAboveZero()
    {
        var index = new SignIndex(2);
        index.Add([0, -0f]);
        var hits = new Hit[1];
        index.Search([-1, -1], hits);
        Assert.Equal(0, hits[0].Score);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(257)]
    public void AllCodesAreComparedInAllBits(int dimensions)
    {
        var random = new Random(31 + dimensions);
        float[] vectors = [.. Enumerable.Range(0, 40 * dimensions).Select(_ => random.NextSingle() - 0.5f)];
        float[] query = [.. Enumerable.Range(0, dimensions).Select(_ => random.NextSingle() - 0.5f)];
        var index = new SignIndex(dimensions);
        index.Add(vectors.AsSpan(0, dimensions));
        index.Add(vectors.AsSpan(dimensions));
        int Differences(int id) => Enumerable.Range(0, dimensions)
            .Count(i => query[i] > 0 != vectors[(id * dimensions) + i] > 0);
        Hit[] expected = Enumerable.Range(0, 40).Select(id => new Hit(id, -Differences(id)))
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id).ToArray();

        var hits = new Hit[40];
        Assert.Equal(40, index.Search(query, hits));

        Assert.Equal(expected, hits);
        Assert.All(hits, hit => Assert.Equal(
            -hit.Score, SignIndex.Distance(query, vectors.AsSpan(hit.Id * dimensions, dimensions))));
    }

    [Fact]
    public void WrongLengthsAreRefused()
    {
        var index = new SignIndex(3);
        Assert.Throws<ArgumentException>(() => index.Add([1, 2]));
        Assert.Throws<ArgumentException>(() => index.Search([1, 2], new Hit[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SignIndex(0));
    }
}
