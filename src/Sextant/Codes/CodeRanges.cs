using System.Globalization;
using System.Runtime.InteropServices;

namespace Sextant.Codes;

/// <summary>
/// The least and the greatest value of each dimension over a calibration set: what the 8-bit codes divide.
/// </summary>
/// <remarks>Immutable; safe for any number of threads.</remarks>
public sealed class CodeRanges
{
    /// <summary>Maximum number of dimensions.</summary>
    public const int MaxDimensions = 1 << 16;

    private readonly float[] _mins;
    private readonly float[] _maxs;
    private readonly float[] _steps;

    /// <summary>Takes ranges as they are.</summary>
    /// <param name="mins">[dimensions].</param>
    /// <param name="maxs">[dimensions].</param>
    /// <exception cref="ArgumentException">
    /// The lengths differ or are 0 or too large, a value is not finite, a minimum is above its maximum, or a range is
    /// so wide that its length overflows.
    /// </exception>
    public CodeRanges(ReadOnlySpan<float> mins, ReadOnlySpan<float> maxs)
    {
        if (mins.Length != maxs.Length || mins.Length is 0 or > MaxDimensions)
            throw Wrong(
                $"{mins.Length} mins and {maxs.Length} maxs; 1 to {MaxDimensions} of both are needed, equally many.");
        _mins = mins.ToArray();
        _maxs = maxs.ToArray();
        _steps = new float[mins.Length];
        for (int i = 0; i < mins.Length; i++)
        {
            float width = maxs[i] - mins[i];
            if (!float.IsFinite(mins[i]) || !float.IsFinite(maxs[i]) || !float.IsFinite(width) || width < 0)
                throw Wrong(
                    $"dimension {i} ranges from {mins[i]} to {maxs[i]}; finite values in this order are needed.");
            float step = width / 255f;
            _steps[i] = step == 0 ? 1f : step;
            EmptyDimensions += width == 0 ? 1 : 0;
        }
    }

    /// <summary>Length of the vectors these ranges are for.</summary>
    public int Dimensions => _mins.Length;

    /// <summary>The minimum values [dimensions].</summary>
    public ReadOnlySpan<float> Mins => _mins;

    /// <summary>The greatest values [dimensions].</summary>
    public ReadOnlySpan<float> Maxs => _maxs;

    /// <summary>
    /// Dimensions whose least and greatest values are equal, such as all where the calibration set is one vector: their
    /// codes say nearly nothing.
    /// </summary>
    public int EmptyDimensions { get; }

    /// <summary>(max − min) / 255, two roundings, and 1 where that is 0 [dimensions].</summary>
    internal ReadOnlySpan<float> Steps => _steps;

    /// <summary>The ranges of a calibration set.</summary>
    /// <param name="vectors">[n, dimensions], row by row.</param>
    /// <param name="dimensions">Length of a vector.</param>
    /// <exception cref="ArgumentException">There are no whole vectors, or a value is not finite.</exception>
    public static CodeRanges Of(ReadOnlySpan<float> vectors, int dimensions)
    {
        var calibration = new RangeCalibration(dimensions);
        calibration.Add(vectors);
        return calibration.Ranges();
    }

    /// <summary>
    /// Reads ranges from a file of JSON: {"mins":[…],"maxs":[…]}, a number for each dimension in both. Other keys are
    /// refused.
    /// </summary>
    /// <exception cref="InvalidRangesException">The file cannot be read, or does not hold ranges.</exception>
    public static CodeRanges Read(string path) => RangesFile.Read(path);

    /// <summary>Writes the file that <see cref="Read"/> reads; numbers are the shortest with the same bits.</summary>
    public void Write(Stream stream) => RangesFile.Write(this, stream);

    /// <summary>
    /// Encodes a vector in bytes (<c>uint8</c>): which of 255 equal steps between a dimension's least and greatest
    /// calibration value a value lies in.
    /// </summary>
    /// <remarks>
    /// The formula is sentence-transformers': clip(floor((x − min) / step), 0, 255), in binary32, with a step of 1
    /// where all calibration values are equal. Error: less than one step inside the range; values outside it get the
    /// nearest code. Distance: squared Euclidean or dot product of the integers.
    /// </remarks>
    /// <param name="vector">[dimensions], finite; ranges come from a calibration set, never from what is encoded.</param>
    /// <param name="code">[dimensions].</param>
    /// <exception cref="ArgumentException">A value is not finite, or a length does not fit.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<byte> code) => Buckets.Encode(vector, this, 0, code);

    /// <summary>
    /// Encodes a vector in signed bytes (<c>int8</c>): the same less 128, as sentence-transformers does since August
    /// 2026.
    /// </summary>
    /// <remarks>Distance: dot product of the integers, exact in 32 bits up to 131,071 dimensions.</remarks>
    /// <param name="vector">[dimensions], finite.</param>
    /// <param name="code">[dimensions].</param>
    /// <exception cref="ArgumentException">A value is not finite, or a length does not fit.</exception>
    public void Encode(ReadOnlySpan<float> vector, Span<sbyte> code) =>
        Buckets.Encode(vector, this, 128, MemoryMarshal.AsBytes(code));

    private static ArgumentException Wrong(FormattableString problem) =>
        new(problem.ToString(CultureInfo.InvariantCulture));
}
