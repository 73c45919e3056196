using Sextant.Search;

namespace Sextant.Tests.Search;

public class ScoreFusionTests
{
    [Fact]
    public void TheFusedScoreIsTheWeightedMeanOfBothOnTheirScales()
    {
        // similarities: mean 0.4, best 0.8; terms: best 4.
        float[] near = [0.8f, 0.2f, 0.6f, 0.0f], worded = [0, 4, 1, 0];
        var hits = new Hit[4];
        Assert.Equal(4, ScoreFusion.Rank(near, worded, 0.75f, hits));
        double[] expected = [0.75, (0.75 * -0.5) + 0.25, (0.75 * 0.5) + (0.25 * 0.25), -0.75];
        Assert.Equal([0, 2, 1, 3], hits.Select(hit => hit.Id));
        Assert.All(hits, hit => Assert.Equal(expected[hit.Id], hit.Score, 1e-6));
    }

    [Fact]
    public void WithoutAWordVectorsRankAndWithoutADifferenceWordsDo()
    {
        var hits = new Hit[3];
        ScoreFusion.Rank([0.1f, 0.3f, 0.2f], [0, 0, 0], 0.5f, hits);
        Assert.Equal([1, 2, 0], hits.Select(hit => hit.Id));
        ScoreFusion.Rank([0.5f, 0.5f, 0.5f], [1, 0, 2], 0.5f, hits);
        Assert.Equal([2, 0, 1], hits.Select(hit => hit.Id));
        ScoreFusion.Rank([0.5f, 0.5f, 0.5f], [0, 0, 0], 0.5f, hits);
        Assert.Equal([0, 1, 2], hits.Select(hit => hit.Id));
        Assert.Equal(0, ScoreFusion.Rank([], [], 0.5f, hits));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        var hits = new Hit[1];
        Assert.Throws<ArgumentException>(() => ScoreFusion.Rank([1, 2], [1], 0.5f, hits));
        foreach (float weight in (float[])[-0.1f, 1.1f, float.NaN])
            Assert.Throws<ArgumentOutOfRangeException>(() => ScoreFusion.Rank([1], [1], weight, hits));
    }
}
