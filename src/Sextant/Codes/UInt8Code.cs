namespace Sextant.Codes;

/// <summary>
/// Bytes: which of 255 equal steps between a dimension's least and greatest calibration value a value lies in. The
/// formula is sentence-transformers': clip(floor((x − min) / step), 0, 255), in binary32, with a step of 1 where all
/// calibration values are equal.
/// </summary>
/// <remarks>
/// Bytes per vector: dimensions. Distance: squared Euclidean or dot product of the integers. Error: less than one step
/// inside the range. Values outside it get the nearest code.
/// </remarks>
public static class UInt8Code
{
    /// <summary>Encodes a vector.</summary>
    /// <param name="vector">[dimensions], finite.</param>
    /// <param name="ranges">From a calibration set, never from the vectors that are encoded.</param>
    /// <param name="code">[dimensions].</param>
    /// <exception cref="ArgumentException">A value is not finite, or a length does not fit.</exception>
    public static void Encode(ReadOnlySpan<float> vector, CodeRanges ranges, Span<byte> code) =>
        Buckets.Encode(vector, ranges, 0, code);
}
