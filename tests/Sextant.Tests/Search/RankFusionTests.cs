using Sextant.Search;

namespace Sextant.Tests.Search;

public class RankFusionTests
{
    [Fact]
    public void RanksAreSummedAsReciprocals()
    {
        // 3: 1/62 + 1/61; 7: 1/61; 9: 1/62; 5: 1/63.
        int[] fused = new int[10];
        Assert.Equal(4, RankFusion.Fuse([new int[] { 7, 3, 5 }, new int[] { 3, 9 }], fused));
        Assert.Equal([3, 7, 9, 5], fused[..4]);
    }

    [Fact]
    public void TwoMiddlingRanksBeatOneGoodOne()
    {
        // 9: 1/65 + 1/65 = 0.0308, more than 1/61 = 0.0164.
        int[] fused = new int[1];
        Assert.Equal(1, RankFusion.Fuse([new int[] { 1, 2, 3, 4, 9 }, new int[] { 5, 6, 7, 8, 9 }], fused));
        Assert.Equal([9], fused);
    }

    [Theory]
    [InlineData(1000, 2000)]
    [InlineData(2000, 1000)]
    public void TheConstantIsSixty(int once, int twice)
    {
        // 1/61 for the first of one ranking, 2/122 for the 62nd of two: with 60 they are equal, and with no other
        // number.
        ReadOnlyMemory<int>[] rankings =
            [new int[] { once }, Ranking(from: 0, twice), Ranking(from: 100, twice)];
        int[] fused = new int[200];
        int count = RankFusion.Fuse(rankings, fused);
        int position = Array.IndexOf(fused, 1000, 0, count);
        Assert.True(position >= 0);
        Assert.Equal(2000, fused[position + 1]);

        static int[] Ranking(int from, int last) => [.. Enumerable.Range(from, 61), last];
    }

    [Fact]
    public void EqualSumsComeInTheOrderOfTheIds()
    {
        int[] fused = new int[3];
        Assert.Equal(2, RankFusion.Fuse([new int[] { 8, 4 }, new int[] { 4, 8 }], fused));
        Assert.Equal([4, 8], fused[..2]);
    }

    [Fact]
    public void NothingFusesIntoNothing()
    {
        Assert.Equal(0, RankFusion.Fuse([], new int[3]));
        Assert.Equal(0, RankFusion.Fuse([Array.Empty<int>(), new int[] { 1 }], []));
    }
}
