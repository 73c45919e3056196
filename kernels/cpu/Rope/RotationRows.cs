using Sextant.Kernels.Elementary;

namespace Sextant.Kernels;

/// <summary>Rows of the table that rotary positions turn by.</summary>
internal static class RotationRows
{
    /// <summary>
    /// Writes rows for positions <paramref name="first"/> … to <paramref name="rows"/> [count, 2h]: for each of the h
    /// frequencies the cosine, then for each the sine, of position · frequency in binary64, times
    /// <paramref name="magnitude"/>, rounded once.
    /// </summary>
    public static void Write(ReadOnlySpan<double> frequencies, double magnitude, int first, Span<float> rows)
    {
        int half = frequencies.Length;
        for (int row = 0; row < rows.Length / (2 * half); row++)
        {
            Span<float> to = rows.Slice(2 * half * row, 2 * half);
            for (int i = 0; i < half; i++)
            {
                (double sine, double cosine) = ElementaryDouble.SinCos((first + row) * frequencies[i]);
                to[i] = (float)(magnitude * cosine);
                to[half + i] = (float)(magnitude * sine);
            }
        }
    }
}
