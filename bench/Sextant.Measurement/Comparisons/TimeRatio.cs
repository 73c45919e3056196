using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Comparisons;

/// <summary>How many times one median is another, with a percentile interval.</summary>
/// <param name="Ratio">Median of the second over median of the first.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
internal readonly record struct TimeRatio(double Ratio, double Low, double High)
{
    /// <summary>From logarithms of the ratio in resamples, at confidence 1 − <paramref name="alpha"/>.</summary>
    public static TimeRatio Of(double ratio, ReadOnlySpan<double> logarithms, double alpha)
    {
        double[] sorted = logarithms.ToArray();
        Array.Sort(sorted);
        return new TimeRatio(
            ratio, Math.Exp(Quantile.OfSorted(sorted, alpha / 2)), Math.Exp(Quantile.OfSorted(sorted, 1 - alpha / 2)));
    }
}
