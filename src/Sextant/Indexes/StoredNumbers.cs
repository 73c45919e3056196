using System.Numerics;
using System.Runtime.InteropServices;
using Sextant.Codes;

namespace Sextant.Indexes;

/// <summary>Numbers as they lie in a section.</summary>
internal static class StoredNumbers
{
    /// <summary>
    /// Whether all are finite. A writer stores no others; in a forged file they would make scores that have no order.
    /// </summary>
    /// <param name="bytes">Whole numbers, but for a rest that is not looked at.</param>
    /// <param name="code">What they are; other codes than those of floating-point numbers have no such values.</param>
    public static bool AreFinite(ReadOnlySpan<byte> bytes, VectorCode code) => code switch
    {
        VectorCode.Float32 => AreBelow<uint>(MemoryMarshal.Cast<byte, uint>(bytes), 0x7F80_0000, 0x7FFF_FFFF),
        VectorCode.Float16 => AreBelow<ushort>(MemoryMarshal.Cast<byte, ushort>(bytes), 0x7C00, 0x7FFF),
        VectorCode.BFloat16 => AreBelow<ushort>(MemoryMarshal.Cast<byte, ushort>(bytes), 0x7F80, 0x7FFF),
        _ => true,
    };

    // Infinities and NaNs are the patterns from a certain one on, the sign left out.
    private static bool AreBelow<T>(ReadOnlySpan<T> values, T limit, T withoutSign)
        where T : unmanaged, IBinaryInteger<T>
    {
        int i = 0;
        if (Vector.IsHardwareAccelerated)
        {
            Vector<T> limits = new(limit), masks = new(withoutSign);
            for (; i <= values.Length - Vector<T>.Count; i += Vector<T>.Count)
            {
                if (Vector.GreaterThanOrEqualAny(new Vector<T>(values[i..]) & masks, limits))
                    return false;
            }
        }
        for (; i < values.Length; i++)
        {
            if ((values[i] & withoutSign) >= limit)
                return false;
        }
        return true;
    }
}
