namespace Sextant.Measurement.Cases;

/// <summary>How far a result is from its reference and from the same in double arithmetic.</summary>
/// <param name="Compared">Values compared with the reference.</param>
/// <param name="Different">Of those, values that differ in any bit (NaNs count as one).</param>
/// <param name="Poisoned">Values of the whole result that were never written, or are not finite.</param>
/// <param name="MaxAbs">Largest difference from double.</param>
/// <param name="MaxUlp">The same in steps of the float format at the exact value.</param>
/// <param name="Nmse">Σ (y − exact)² / Σ exact².</param>
internal sealed record Accuracy(int Compared, int Different, int Poisoned, double MaxAbs, double MaxUlp, double Nmse)
{
    /// <summary>
    /// What sums of thousands of products of numbers with 16 bits stay far below (measured: 5e-6); a wrong element in
    /// four thousand does not.
    /// </summary>
    public const double MaxNarrowNmse = 1e-4;

    /// <summary>Sums of thousands of rounded products stay far below this; a wrong element does not.</summary>
    public const double MaxExactNmse = 1e-9;

    /// <summary>The largest error of a result.</summary>
    public double MaxNmse { get; init; } = MaxExactNmse;

    public bool BitEqual => Different == 0;

    /// <summary>Whether this is a result at all.</summary>
    public bool IsSound => Poisoned == 0 && Nmse <= MaxNmse;

    public static Accuracy Of(
        ReadOnlySpan<int> actual, ReadOnlySpan<int> expected, bool integer, int step, Func<int, double> exact)
    {
        int different = 0, poisoned = 0;
        for (int i = 0; i < actual.Length; i++)
        {
            if (integer ? actual[i] == -1 : !float.IsFinite(BitConverter.Int32BitsToSingle(actual[i])))
                poisoned++;
        }
        for (int i = 0; i < expected.Length; i++)
        {
            if (actual[i] != expected[i] && (integer || !BothNaN(actual[i], expected[i])))
                different++;
        }
        double maxAbs = 0, maxUlp = 0, errors = 0, squares = 0;
        for (int i = 0; i < expected.Length; i += step)
        {
            double value = integer ? actual[i] : BitConverter.Int32BitsToSingle(actual[i]);
            double truth = exact(i);
            double error = Math.Abs(value - truth);
            errors += error * error;
            squares += truth * truth;
            maxAbs = Math.Max(maxAbs, error);
            double ulp = integer ? 1 : MathF.BitIncrement((float)Math.Abs(truth)) - (double)(float)Math.Abs(truth);
            maxUlp = Math.Max(maxUlp, error / ulp);
        }
        return new Accuracy(
            expected.Length, different, poisoned, maxAbs, maxUlp, squares > 0 ? errors / squares : errors);
    }

    private static bool BothNaN(int left, int right) =>
        float.IsNaN(BitConverter.Int32BitsToSingle(left)) && float.IsNaN(BitConverter.Int32BitsToSingle(right));
}
