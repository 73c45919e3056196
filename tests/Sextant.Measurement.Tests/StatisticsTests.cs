using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Tests;

public class StatisticsTests
{
    [Fact]
    public void QuantilesInterpolate()
    {
        // numpy.quantile of the same values.
        double[] values = [3, 1, 2, 10];
        Assert.Equal(2.5, Quantile.Median(values));
        Assert.Equal(1, Quantile.Of(values, 0));
        Assert.Equal(10, Quantile.Of(values, 1));
        Assert.Equal(7.9, Quantile.Of(values, 0.9), 12);
        Assert.Equal(5, Quantile.Median([5.0]));
        Assert.True(double.IsNaN(Quantile.Median([])));
    }

    [Fact]
    public void DrawsAreTheSameEachTimeAndHoldTheMedian()
    {
        double[] values = [1.00, 1.01, 0.99, 1.02, 0.98, 1.00, 1.01];
        double[] medians = new RoundResamples(values.Length, 7).LogMedians(values);
        Assert.Equal(medians, new RoundResamples(values.Length, 7).LogMedians(values));
        Assert.NotEqual(medians, new RoundResamples(values.Length, 8).LogMedians(values));
        Assert.Equal(Math.Log(Quantile.Median(values)), Quantile.Median(medians), 12);
        Assert.All(medians, median => Assert.InRange(median, Math.Log(0.98), Math.Log(1.02)));
        // The binomial probability that four of seven draws or more are the least value: 0.0098.
        Assert.InRange(medians.Count(median => median < Math.Log(0.985)) / (double)medians.Length, 0.007, 0.013);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoundResamples(6, 7).LogMedians(values));
    }

    [Fact]
    public void OneSetOfDrawsTakesTheSameRoundsOfEverything()
    {
        double[] values = [1, 2, 4, 8, 16, 32, 64];
        var draws = new RoundResamples(values.Length, 7);
        double[] once = draws.LogMedians(values);
        double[] thrice = draws.LogMedians(Array.ConvertAll(values, value => 3 * value));
        Assert.All(once.Zip(thrice), both => Assert.Equal(Math.Log(3), both.Second - both.First, 12));
    }
}
