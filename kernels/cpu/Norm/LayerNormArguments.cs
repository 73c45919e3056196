using System.Diagnostics;

namespace Sextant.Kernels;

/// <summary>y [T,H] = (x [T,H] − mean) / sqrt(variance + ε) · γ [H] + β [H], row by row.</summary>
/// <remarks>
/// Order: mean = Sum(x)/H; d = x − mean; v = SumOfSquares(d)/H; r = 1/sqrt(v + ε); y = fma(d·r, γ, β), the sums in 32
/// lanes. y may be x.
/// </remarks>
internal unsafe struct LayerNormArguments
{
    /// <summary>x [T,H].</summary>
    public float* X;

    /// <summary>y [T,H].</summary>
    public float* Y;

    /// <summary>T.</summary>
    public int Rows;

    /// <summary>H.</summary>
    public int Columns;

    /// <summary>γ [H].</summary>
    public float* Gamma;

    /// <summary>β [H].</summary>
    public float* Beta;

    /// <summary>ε, added to the variance.</summary>
    public float Epsilon;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(Rows >= 0 && Columns > 0 && Epsilon >= 0);
        Debug.Assert(Gamma != null && Beta != null);
        // In place or apart.
        if (X != Y)
            Pointers.AssertApart(X, Columns, Rows, Columns, Y, Columns, Rows, Columns);
    }
}
