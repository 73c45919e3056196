using Sextant.Kernels.Norm;

namespace Sextant.Kernels;

/// <summary>
/// Norms of rows in the order that kernels/NUMERICS.md gives them, for tables that are computed at load.
/// </summary>
internal static unsafe class RowNorms
{
    /// <summary>LayerNorm of each row of x [rows, γ] in place.</summary>
    public static void LayerNorm(Span<float> x, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, float epsilon)
    {
        if (gamma.IsEmpty || beta.Length != gamma.Length || x.Length % gamma.Length != 0)
            throw new ArgumentException($"{x.Length} elements are no rows of {gamma.Length}.", nameof(x));
        fixed (float* data = x, g = gamma, b = beta)
        {
            LayerNormReference.Run(new LayerNormArguments
            {
                X = data,
                Y = data,
                Rows = x.Length / gamma.Length,
                Columns = gamma.Length,
                Gamma = g,
                Beta = b,
                Epsilon = epsilon,
            });
        }
    }
}
