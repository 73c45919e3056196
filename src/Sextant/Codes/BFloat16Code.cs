using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Sextant.Codes;

/// <summary>bfloat16, the upper half of a binary32, rounded to nearest, ties to even.</summary>
/// <remarks>
/// Bytes per vector: 2 · dimensions. Distance: that of the widened values, which widening does not change. Error: at
/// most 2⁻⁸ of a value.
/// </remarks>
internal static class BFloat16Code
{
    private const uint Infinity = 0x7F80;

    /// <summary>Encodes a vector.</summary>
    /// <param name="vector">[dimensions], finite, also after rounding.</param>
    /// <param name="code">[dimensions], bit patterns.</param>
    /// <exception cref="ArgumentException">A value has no finite code, or the destination is too short.</exception>
    public static void Encode(ReadOnlySpan<float> vector, Span<ushort> code)
    {
        CodeLength.Require(vector.Length, code.Length, nameof(code));
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(vector);
        var half = new Vector<uint>(0x7FFF);
        int i = 0;
        for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> lower = Round(new Vector<uint>(bits[i..]));
            Vector<uint> upper = Round(new Vector<uint>(bits[(i + Vector<uint>.Count)..]));
            Vector.Narrow(lower, upper).CopyTo(code[i..]);
        }
        // Half of the last kept place, less one where the kept part is even: ties go to even. A carry moves the
        // exponent up by itself.
        for (; i < bits.Length; i++)
            code[i] = (ushort)((bits[i] + 0x7FFFu + ((bits[i] >> 16) & 1)) >> 16);
        RequireFinite(vector, code);

        Vector<uint> Round(Vector<uint> value) =>
            Vector.ShiftRightLogical(value + half + (Vector.ShiftRightLogical(value, 16) & Vector<uint>.One), 16);
    }

    /// <summary>Widens a code, exactly.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void Decode(ReadOnlySpan<ushort> code, Span<float> vector)
    {
        CodeLength.Require(code.Length, vector.Length, nameof(vector));
        for (int i = 0; i < code.Length; i++)
            vector[i] = BitConverter.UInt32BitsToSingle((uint)code[i] << 16);
    }

    private static void RequireFinite(ReadOnlySpan<float> vector, ReadOnlySpan<ushort> code)
    {
        for (int i = 0; i < vector.Length; i++)
        {
            // A NaN may round to any pattern, even that of zero; so the value itself is looked at too.
            if ((code[i] & Infinity) == Infinity || !float.IsFinite(vector[i]))
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"value {i} is {vector[i]}, which is not finite as bfloat16."),
                    nameof(vector));
            }
        }
    }
}
