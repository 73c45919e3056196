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
    public void TheIntervalHoldsTheRatioAndIsTheSameEachTime()
    {
        double[] first = [1.00, 1.01, 0.99, 1.02, 0.98, 1.00, 1.01];
        double[] second = [1.10, 1.12, 1.09, 1.11, 1.13, 1.10, 1.11];
        BootstrapRatio ratio = BootstrapRatio.Of(first, second, 0.05);
        Assert.InRange(ratio.Ratio, 1.09, 1.12);
        Assert.InRange(ratio.Low, 1.05, ratio.Ratio);
        Assert.InRange(ratio.High, ratio.Ratio, 1.15);
        Assert.Equal(ratio, BootstrapRatio.Of(first, second, 0.05));
    }

    [Fact]
    public void SamplesOfOneDistributionAreSeldomToldApart()
    {
        var random = new Random(4);
        int apart = 0;
        for (int i = 0; i < 100; i++)
        {
            double[] first = Draw(random), second = Draw(random);
            BootstrapRatio ratio = BootstrapRatio.Of(first, second, 0.05 / 20);
            apart += ratio.Low > 1 || ratio.High < 1 ? 1 : 0;
        }
        Assert.InRange(apart, 0, 5);
    }

    private static double[] Draw(Random random) =>
        [.. Enumerable.Range(0, 9).Select(_ => 1 + 0.03 * (random.NextDouble() + random.NextDouble() - 1))];
}
