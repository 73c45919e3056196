using Sextant.Kernels;

namespace Sextant.Gpu;

/// <summary>f32 to f16 or bf16: to nearest, ties to even.</summary>
internal static class Narrowing
{
    /// <summary>Rounds a row, and fills what is left of the destination with zeros.</summary>
    /// <exception cref="UnsupportedRequestException">A finite number has no finite form in 16 bits.</exception>
    public static void Round(ReadOnlySpan<float> row, StoredType type, Span<ushort> destination)
    {
        for (int i = 0; i < row.Length; i++)
        {
            ushort narrow = type == StoredType.F16
                ? BitConverter.HalfToUInt16Bits((Half)row[i])
                : ToBFloat16(row[i]);
            int exponent = type == StoredType.F16 ? 0x7C00 : 0x7F80;
            if ((narrow & exponent) == exponent && float.IsFinite(row[i]))
            {
                throw new UnsupportedRequestException(FormattableString.Invariant(
                    $"precision fast: a weight is {row[i]:R}, which is too large for {type}. Use precision exact."));
            }
            destination[i] = narrow;
        }
        destination[row.Length..].Clear();
    }

    private static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value)
            ? (ushort)((bits >> 16) | 0x40)
            : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
