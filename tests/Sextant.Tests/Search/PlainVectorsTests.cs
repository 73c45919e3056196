using Sextant.Search;

namespace Sextant.Tests.Search;

[Collection(nameof(MeasuredAlone))]
public class PlainVectorsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(100)]
    [InlineData(384)]
    public void ScoresFollowTheOrderOfTheContract(int dimensions)
    {
        var random = new Random(4711 + dimensions);
        float[] vectors = Values(random, 50 * dimensions);
        float[] query = Values(random, dimensions);
        var index = MemoryIndex.Exact(dimensions);
        index.Add(vectors);
        var hits = new Hit[50];

        Assert.Equal(50, index.Search(query, hits));

        var rows = new FloatRows(dimensions, 7);
        rows.Add(vectors);
        var scores = new float[50];
        rows.Scores(query, scores);
        foreach (Hit hit in hits)
        {
            Assert.Equal(hit.Score, scores[hit.Id]);
            Assert.Equal(hit.Score, rows.Score(query, hit.Id));
            Assert.Equal(vectors.AsSpan(hit.Id * dimensions, dimensions), rows.Row(hit.Id));
            float expected = ReferenceDot(query, vectors.AsSpan(hit.Id * dimensions, dimensions));
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(hit.Score));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(999)]
    [InlineData(1000)]
    [InlineData(1500)]
    public void FindsWhatSortingEverythingFinds(int k)
    {
        const int Count = 1000;
        var random = new Random(99);
        // Few different values, so that many scores tie and only the id decides.
        var vectors = new float[Count * 3];
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = random.Next(-2, 3);
        float[] query = [1, 2, -1];
        var index = MemoryIndex.Exact(3);
        index.Add(vectors);
        Hit[] expected = Enumerable.Range(0, Count)
            .Select(id => new Hit(id, vectors[id * 3] + (2 * vectors[(id * 3) + 1]) - vectors[(id * 3) + 2]))
            .OrderByDescending(hit => hit.Score).ThenBy(hit => hit.Id).Take(k).ToArray();
        var hits = new Hit[k];

        int found = index.Search(query, hits);

        Assert.Equal(expected, hits[..found]);
    }

    [Fact]
    public void RowsAcrossBlocksKeepTheirIds()
    {
        const int Dimensions = 1 << 19; // two rows a block
        var index = new FloatRows(Dimensions);
        var rows = new float[3 * Dimensions];
        rows[0] = 1;
        rows[Dimensions] = 2;
        rows[2 * Dimensions] = 3;
        index.Add(rows);
        rows[0] = 4;
        index.Add(rows.AsSpan(0, Dimensions));
        var query = new float[Dimensions];
        query[0] = 1;
        var scores = new float[4];
        index.Scores(query, scores);
        Assert.Equal([1f, 2, 3, 4], scores);
        Assert.Equal([2, 2], index.Blocks.Select(block => block.Count));
    }

    [Fact]
    public void NothingIsFoundInNothingAndNothingIsAskedFor()
    {
        var index = MemoryIndex.Exact(2);
        Assert.Equal(0, index.Search([1, 1], new Hit[3]));
        index.Add([1, 2]);
        Assert.Equal(0, index.Search([1, 1], []));
        index.Clear();
        Assert.Equal(0, index.Count);
        Assert.Equal(0, index.Search([1, 1], new Hit[3]));
        Assert.Equal(0, index.Add([5, 6]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void ValuesWithoutAPlaceInAnOrderAreRefused(float value)
    {
        var index = MemoryIndex.Exact(2);
        Assert.Throws<ArgumentException>(() => index.Add([1, 2, 3, value]));
        Assert.Equal(0, index.Count);
        index.Add([1, 2]);
        Assert.Throws<ArgumentException>(() => index.Search([1, value], new Hit[1]));
        var rows = new FloatRows(2);
        Assert.Throws<ArgumentException>(() => rows.Add([1, 2, 3, value]));
        Assert.Equal(0, rows.Count);
        rows.Add([1, 2]);
        Assert.Throws<ArgumentException>(() => rows.Scores([1, value], new float[1]));
    }

    [Fact]
    public void AProductThatOverflowsIntoNaNIsRefusedNotRanked()
    {
        var index = MemoryIndex.Exact(64);
        var row = new float[64];
        row[0] = 1e30f;
        row[1] = 1e30f;
        index.Add(row);
        var query = new float[64];
        query[0] = 1e30f;
        query[1] = -1e30f;
        Assert.Throws<ArgumentException>(() => index.Search(query, new Hit[1]));
        var rows = new FloatRows(64);
        rows.Add(row);
        Assert.Throws<ArgumentException>(() => rows.Scores(query, new float[1]));
    }

    [Fact]
    public void WrongLengthsAreRefused()
    {
        var index = MemoryIndex.Exact(3);
        Assert.Throws<ArgumentException>(() => index.Add([1, 2]));
        Assert.Throws<ArgumentException>(() => index.Search([1, 2], new Hit[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemoryIndex.Exact(0));
        var rows = new FloatRows(3);
        Assert.Throws<ArgumentException>(() => rows.Add([1, 2]));
        Assert.Throws<ArgumentException>(() => rows.Scores([1, 2], new float[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FloatRows(0));
    }

    [Fact]
    public void ASearchAllocatesNothing()
    {
        var index = MemoryIndex.Exact(100);
        index.Add(Values(new Random(3), 100 * 500));
        float[] query = Values(new Random(4), 100);
        var hits = new Hit[20];
        Assert.Equal(0, Allocations.WhenSteady(() => index.Search(query, hits)));
    }

    private static float[] Values(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (random.NextSingle() * 2) - 1;
        return values;
    }

    // The contract written as loops: 32 lanes of fma, folded with strides 16, 8, 4, 2, 1.
    private static float ReferenceDot(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var lanes = new float[32];
        for (int i = 0; i < (left.Length + 31) / 32 * 32; i++)
        {
            (float a, float b) = i < left.Length ? (left[i], right[i]) : (0f, 0f);
            lanes[i % 32] = MathF.FusedMultiplyAdd(a, b, lanes[i % 32]);
        }
        for (int stride = 16; stride > 0; stride /= 2)
        {
            for (int lane = 0; lane < stride; lane++)
                lanes[lane] += lanes[lane + stride];
        }
        return lanes[0];
    }
}
