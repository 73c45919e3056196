namespace Sextant.Cli.Verbs;

/// <summary>How far floats are from what they should be.</summary>
/// <param name="Values">How many were compared.</param>
/// <param name="Different">How many differ in any bit (NaNs count as one).</param>
/// <param name="MaxAbs">Largest difference; NaN where only one of two is NaN.</param>
/// <param name="MaxUlp">Largest difference in steps of the float format.</param>
/// <param name="Cosine">Of all values as one vector; 1 where all bits are equal, NaN where a value is none.</param>
internal readonly record struct BitComparison(int Values, int Different, float MaxAbs, long MaxUlp, double Cosine)
{
    public bool IsEqual => Different == 0;

    public static BitComparison Of(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length)
            throw new ArgumentException(
                $"{expected.Length} values cannot be compared with {actual.Length}.", nameof(actual));
        int different = 0;
        float maxAbs = 0;
        long maxUlp = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i])
                || (float.IsNaN(expected[i]) && float.IsNaN(actual[i])))
            {
                continue;
            }
            different++;
            maxAbs = Math.Max(maxAbs, Math.Abs(expected[i] - actual[i])); // Math.Max keeps a NaN
            maxUlp = Math.Max(maxUlp, Math.Abs(Step(expected[i]) - Step(actual[i])));
        }
        return new BitComparison(
            expected.Length, different, maxAbs, maxUlp, different == 0 ? 1 : CosineOf(expected, actual));
    }

    private static double CosineOf(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double product = 0, expectedSize = 0, actualSize = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            product += (double)expected[i] * actual[i];
            expectedSize += (double)expected[i] * expected[i];
            actualSize += (double)actual[i] * actual[i];
        }
        return product / Math.Sqrt(expectedSize * actualSize);
    }

    // Numbers the floats in their order: −0 and +0 are neighbours, one step apart.
    private static long Step(float value)
    {
        int bits = BitConverter.SingleToInt32Bits(value);
        return bits >= 0 ? bits : -1L - (bits & 0x7FFFFFFF);
    }
}
