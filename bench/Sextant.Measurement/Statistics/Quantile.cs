namespace Sextant.Measurement.Statistics;

/// <summary>
/// Quantiles of a sample, by linear interpolation between its order statistics (Hyndman and Fan, type 7).
/// </summary>
internal static class Quantile
{
    /// <summary>The quantile p (0 … 1) of values in any order, which are left as they are.</summary>
    public static double Of(ReadOnlySpan<double> values, double p)
    {
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        return OfSorted(sorted, p);
    }

    /// <summary>The quantile p (0 … 1) of values in ascending order; NaN where there are none.</summary>
    public static double OfSorted(ReadOnlySpan<double> sorted, double p)
    {
        if (sorted.IsEmpty)
            return double.NaN;
        double position = Math.Clamp(p, 0, 1) * (sorted.Length - 1);
        int below = (int)position;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /// <summary>The median of values in any order.</summary>
    public static double Median(ReadOnlySpan<double> values) => Of(values, 0.5);
}
