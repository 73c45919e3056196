namespace Sextant.Evaluation;

/// <summary>How far two lists of numbers agree on the order of things.</summary>
internal static class RankCorrelation
{
    /// <summary>
    /// Spearman's coefficient: Pearson's correlation of the ranks, equal values sharing the mean of their ranks. From
    /// −1 to 1; NaN where the ranks of a list are all the same, since there is no order to agree on.
    /// </summary>
    /// <exception cref="ArgumentException">The lists differ in length, or a value is NaN.</exception>
    public static double Spearman(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        if (left.Length != right.Length)
            throw new ArgumentException($"{left.Length} and {right.Length} values cannot be paired.", nameof(right));
        double[] x = Ranks(left), y = Ranks(right);
        double mean = (left.Length + 1) / 2.0; // of ranks, with ties or without
        double both = 0, first = 0, second = 0;
        for (int i = 0; i < x.Length; i++)
        {
            both += (x[i] - mean) * (y[i] - mean);
            first += (x[i] - mean) * (x[i] - mean);
            second += (y[i] - mean) * (y[i] - mean);
        }
        return both / (Math.Sqrt(first) * Math.Sqrt(second));
    }

    /// <summary>Ranks from 1, the smallest value first; equal values share the mean of their ranks.</summary>
    /// <exception cref="ArgumentException">A value is NaN, which has no place in an order.</exception>
    public static double[] Ranks(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        if (sorted.Length > 0 && double.IsNaN(sorted[0])) // sorting puts them first
            throw new ArgumentException("a value is not a number.", nameof(values));
        var ranks = new double[sorted.Length];
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            end = start + 1;
            while (end < sorted.Length && sorted[end] == sorted[start])
                end++;
            for (int i = start; i < end; i++)
                ranks[order[i]] = (start + 1 + end) / 2.0;
        }
        return ranks;
    }
}
