using System.Globalization;
using System.Runtime.Intrinsics;

namespace Sextant.Codes;

/// <summary>The arithmetic of the 8-bit codes (kernels/NUMERICS.md).</summary>
/// <remarks>
/// q = (x − min) / step, each operation rounded once to binary32; then q is limited to 0 … 255 and rounded down, and
/// the shift is taken from the integer. The step is never 0 (<see cref="CodeRanges.Steps"/>).
/// </remarks>
internal static class Buckets
{
    public static void Encode(ReadOnlySpan<float> vector, CodeRanges ranges, int shift, Span<byte> code)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        if (vector.Length != ranges.Dimensions)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"the vector has {vector.Length} dimensions; the ranges are for {ranges.Dimensions}."),
                nameof(vector));
        }
        CodeLength.Require(vector.Length, code.Length, nameof(code));
        FiniteValues.Require(vector, nameof(vector));
        ReadOnlySpan<float> mins = ranges.Mins, steps = ranges.Steps;
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= vector.Length - 32; i += 32)
            {
                var low = Vector256.Narrow(
                    Eight(vector, mins, steps, i, shift), Eight(vector, mins, steps, i + 8, shift));
                var high = Vector256.Narrow(
                    Eight(vector, mins, steps, i + 16, shift), Eight(vector, mins, steps, i + 24, shift));
                Vector256.Narrow(low.AsUInt16(), high.AsUInt16()).CopyTo(code[i..]);
            }
        }
        for (; i < vector.Length; i++)
        {
            float q = (vector[i] - mins[i]) / steps[i];
            q = q > 0f ? q : 0f;
            q = q < 255f ? q : 255f;
            code[i] = unchecked((byte)((int)q - shift));
        }
    }

    private static Vector256<int> Eight(
        ReadOnlySpan<float> vector, ReadOnlySpan<float> mins, ReadOnlySpan<float> steps, int i, int shift)
    {
        Vector256<float> x = Vector256.Create(vector.Slice(i, 8)), min = Vector256.Create(mins.Slice(i, 8));
        Vector256<float> q = (x - min) / Vector256.Create(steps.Slice(i, 8));
        Vector256<float> most = Vector256.Create(255f);
        q = Vector256.ConditionalSelect(Vector256.GreaterThan(q, Vector256<float>.Zero), q, Vector256<float>.Zero);
        q = Vector256.ConditionalSelect(Vector256.LessThan(q, most), q, most);
        return Vector256.ConvertToInt32(q) - Vector256.Create(shift);
    }
}
