using System.Globalization;

namespace Sextant.Codes;

/// <summary>IEEE binary16, rounded to nearest, ties to even.</summary>
/// <remarks>
/// Bytes per vector: 2 · dimensions. Distance: that of the widened values, which widening does not change. Error: at
/// most 2⁻¹¹ of a value from 2⁻¹⁴ up, at most 2⁻²⁵ below.
/// </remarks>
internal static class Float16Code
{
    /// <summary>Encodes a vector.</summary>
    /// <param name="vector">[dimensions], finite and below 65,520 in magnitude: above, binary16 has no number.</param>
    /// <param name="code">[dimensions].</param>
    /// <exception cref="ArgumentException">A value has no finite code, or the destination is too short.</exception>
    public static void Encode(ReadOnlySpan<float> vector, Span<Half> code)
    {
        CodeLength.Require(vector.Length, code.Length, nameof(code));
        for (int i = 0; i < vector.Length; i++)
        {
            var half = (Half)vector[i];
            if (!Half.IsFinite(half))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture, $"value {i} is {vector[i]}; float16 ends at 65504."),
                    nameof(vector));
            }
            code[i] = half;
        }
    }

    /// <summary>Widens a code, exactly.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void Decode(ReadOnlySpan<Half> code, Span<float> vector)
    {
        CodeLength.Require(code.Length, vector.Length, nameof(vector));
        for (int i = 0; i < code.Length; i++)
            vector[i] = (float)code[i];
    }
}
