namespace Sextant.Measurement.Models;

/// <summary>How a vector compares with exact mode's.</summary>
internal readonly record struct Parity(IReadOnlyList<KeyValuePair<string, double>> Metrics, bool? BitEqual)
{
    /// <param name="expected">Exact mode's vector.</param>
    /// <param name="actual">The vector.</param>
    /// <param name="mustBeEqual">
    /// Whether every bit is promised to be equal; else the difference is told and not judged.
    /// </param>
    public static Parity Of(float[] expected, float[] actual, bool mustBeEqual)
    {
        double largest = 0, dot = 0, left = 0, right = 0;
        bool equal = true;
        for (int i = 0; i < expected.Length; i++)
        {
            equal &= BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]);
            largest = Math.Max(largest, Math.Abs((double)expected[i] - actual[i]));
            dot += (double)expected[i] * actual[i];
            left += (double)expected[i] * expected[i];
            right += (double)actual[i] * actual[i];
        }
        return new Parity(
            [new("max_abs", largest), new("cosine_min", dot / Math.Sqrt(left * right))], mustBeEqual ? equal : null);
    }
}
