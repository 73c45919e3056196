namespace Sextant.Measurement.Statistics;

/// <summary>
/// Rounds drawn with replacement, again and again (Efron, 1979): the same draws for all that was measured in the same
/// rounds, so that what moved together in a round stays together.
/// </summary>
/// <param name="rounds">How many rounds there are.</param>
/// <param name="seed">Another seed, other draws; the same seed, the same.</param>
internal sealed class RoundResamples(int rounds, int seed)
{
    /// <summary>How often rounds are drawn.</summary>
    public const int Count = 10_000;

    /// <summary>The logarithm of the median of each draw.</summary>
    /// <param name="values">A value for each round, greater than zero.</param>
    public double[] LogMedians(ReadOnlySpan<double> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, rounds);
        double[] sorted = values.ToArray();
        var positions = new int[rounds];
        for (int i = 0; i < rounds; i++)
            positions[i] = i;
        Array.Sort(sorted, positions);
        var ranks = new int[rounds];
        for (int rank = 0; rank < rounds; rank++)
            ranks[positions[rank]] = rank;
        // How often each value was drawn, by its rank: the median is found without sorting what was drawn.
        var drawn = new int[rounds];
        var medians = new double[Count];
        ulong state = (ulong)(uint)seed;
        for (int i = 0; i < medians.Length; i++)
        {
            Array.Clear(drawn);
            for (int j = 0; j < rounds; j++)
                drawn[ranks[(int)(((RandomData.Next(ref state) >> 32) * (ulong)rounds) >> 32)]]++;
            medians[i] = Math.Log((At(sorted, drawn, (rounds - 1) / 2) + At(sorted, drawn, rounds / 2)) / 2);
        }
        return medians;
    }

    // The value at a position in the order of what was drawn.
    private static double At(double[] sorted, int[] drawn, int position)
    {
        int rank = 0;
        for (int passed = drawn[0]; passed <= position; passed += drawn[rank])
            rank++;
        return sorted[rank];
    }
}
