using System.Runtime.InteropServices;

namespace Sextant.Codes;

/// <summary>
/// Signed bytes: which of 255 equal steps between a dimension's least and greatest calibration value a value lies in,
/// less 128. The formula is sentence-transformers' since August 2026: clip(floor((x − min) / step), 0, 255) − 128, in
/// binary32, with a step of 1 where all calibration values are equal.
/// </summary>
/// <remarks>
/// <para>Bytes per vector: dimensions. Distance: dot product of the integers, exact in 32 bits up to 131,071
/// dimensions.</para>
/// <para>Error: less than one step inside the range. The codes are those of <see cref="UInt8Code"/> less 128. Values
/// outside the range get the nearest code.</para>
/// </remarks>
public static class Int8Code
{
    /// <summary>Encodes a vector.</summary>
    /// <param name="vector">[dimensions], finite.</param>
    /// <param name="ranges">From a calibration set, never from the vectors that are encoded.</param>
    /// <param name="code">[dimensions].</param>
    /// <exception cref="ArgumentException">A value is not finite, or a length does not fit.</exception>
    public static void Encode(ReadOnlySpan<float> vector, CodeRanges ranges, Span<sbyte> code) =>
        Buckets.Encode(vector, ranges, 128, MemoryMarshal.AsBytes(code));
}
