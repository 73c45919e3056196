using Sextant.Evaluation;

namespace Sextant.Tests.Evaluation;

public class RankCorrelationTests
{
    [Fact]
    public void TheTextbookFormulaHoldsWithoutTies()
    {
        // Differences of ranks −1, 1, −1, 1, 0: 1 − 6 · 4 / (5 · (25 − 1)).
        Assert.Equal(0.8, RankCorrelation.Spearman([10, 20, 30, 40, 50], [0.2, 0.1, 4, 3, 7e9]), Tolerances.ByHand);
    }

    [Fact]
    public void TiesShareTheMeanOfTheirRanks()
    {
        Assert.Equal([2.5, 1, 2.5, 4], RankCorrelation.Ranks([5, -1, 5, 8]));
        Assert.Equal([2, 2, 2], RankCorrelation.Ranks([0, -0.0, 0]));
        // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3, 4: 4.5 / √(4.5 · 5) = √0.9.
        Assert.Equal(Math.Sqrt(0.9), RankCorrelation.Spearman([1, 2, 2, 3], [1, 2, 3, 4]), Tolerances.ByHand);
        // Ranks 1.5, 1.5, 3.5, 3.5 and 1.5, 3.5, 1.5, 3.5: two products of +1 and two of −1.
        Assert.Equal(0, RankCorrelation.Spearman([0, 0, 1, 1], [0, 1, 0, 1]), Tolerances.ByHand);
    }

    [Fact]
    public void OnlyTheOrderCounts()
    {
        Assert.Equal(1, RankCorrelation.Spearman([1, 2, 3], [-5, 0, 1e300]), Tolerances.ByHand);
        Assert.Equal(-1, RankCorrelation.Spearman([1, 2, 3], [1e300, 0, double.NegativeInfinity]), Tolerances.ByHand);
    }

    [Fact]
    public void WithoutAnOrderThereIsNoNumber()
    {
        Assert.True(double.IsNaN(RankCorrelation.Spearman([1, 2, 3], [4, 4, 4])));
        Assert.True(double.IsNaN(RankCorrelation.Spearman([1], [1])));
        Assert.True(double.IsNaN(RankCorrelation.Spearman([], [])));
    }

    [Fact]
    public void WhatCannotBeComparedIsRefused()
    {
        Assert.Throws<ArgumentException>(() => RankCorrelation.Spearman([1, 2], [1, 2, 3]));
        Assert.Throws<ArgumentException>(() => RankCorrelation.Spearman([1, double.NaN, 3], [1, 2, 3]));
    }
}
