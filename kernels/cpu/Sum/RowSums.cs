namespace Sextant.Kernels;

/// <summary>
/// Sums and maxima of short rows in the order that kernels/NUMERICS.md gives them, for code outside of kernels.
/// </summary>
internal static class RowSums
{
    /// <summary>Σ x[i] in 32 lanes.</summary>
    public static float Sum(ReadOnlySpan<float> x) => Kernels.Sum.SumReference.Sum(x);

    /// <summary>The largest element, a &gt; b ? a : b throughout; −∞ for none.</summary>
    public static float Max(ReadOnlySpan<float> x) => Kernels.Sum.SumReference.Max(x);
}
