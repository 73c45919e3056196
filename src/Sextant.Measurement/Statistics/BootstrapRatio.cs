namespace Sextant.Measurement.Statistics;

/// <summary>
/// How many times one sample's median is another's, with an interval from resampling both (Efron, 1979).
/// </summary>
/// <param name="Ratio">Median of the second over median of the first.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
internal readonly record struct BootstrapRatio(double Ratio, double Low, double High)
{
    private const int Resamples = 20_000;

    /// <summary>
    /// The percentile interval of confidence 1 − <paramref name="alpha"/>; the same samples give the same interval.
    /// </summary>
    public static BootstrapRatio Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second, double alpha)
    {
        var random = new Random(1979);
        var ratios = new double[Resamples];
        Span<double> drawn = stackalloc double[Math.Max(first.Length, second.Length)];
        for (int i = 0; i < Resamples; i++)
            ratios[i] = Draw(random, second, drawn) / Draw(random, first, drawn);
        Array.Sort(ratios);
        return new BootstrapRatio(
            Quantile.Median(second) / Quantile.Median(first),
            Quantile.OfSorted(ratios, alpha / 2), Quantile.OfSorted(ratios, 1 - alpha / 2));
    }

    private static double Draw(Random random, ReadOnlySpan<double> sample, Span<double> drawn)
    {
        drawn = drawn[..sample.Length];
        for (int i = 0; i < drawn.Length; i++)
            drawn[i] = sample[random.Next(sample.Length)];
        drawn.Sort();
        return Quantile.OfSorted(drawn, 0.5);
    }
}
