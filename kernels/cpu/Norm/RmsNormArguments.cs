using System.Diagnostics;

namespace Sextant.Kernels;

/// <summary>y = x / sqrt(mean square + ε) · γ (+ residual), over groups of n columns of x [T, groups·n].</summary>
/// <remarks>
/// Order: v = Sum(x·x)/n; r = 1/sqrt(v + ε); y = (x·r)·γ; then + residual. The sum is in 32 lanes. With one group it
/// norms a row; with one group per head it norms queries and keys. y may be x or the residual. Zhang and Sennrich,
/// 2019.
/// </remarks>
internal unsafe struct RmsNormArguments
{
    /// <summary>x [T, groups·n].</summary>
    public float* X;

    /// <summary>Elements from one row of x to the next.</summary>
    public nint XStride;

    /// <summary>What is added at the end [T, groups·n]; null for nothing.</summary>
    public float* Residual;

    /// <summary>Elements from one row of the residual to the next.</summary>
    public nint ResidualStride;

    /// <summary>y [T, groups·n].</summary>
    public float* Y;

    /// <summary>Elements from one row of y to the next.</summary>
    public nint YStride;

    /// <summary>T.</summary>
    public int Rows;

    /// <summary>Groups in a row.</summary>
    public int Groups;

    /// <summary>n, the columns of a group.</summary>
    public int Columns;

    /// <summary>γ [n], the same for every group.</summary>
    public float* Gamma;

    /// <summary>ε, added to the mean square.</summary>
    public float Epsilon;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(Rows >= 0 && Groups > 0 && Columns > 0 && Epsilon >= 0 && Gamma != null);
        Debug.Assert(XStride >= Groups * Columns && YStride >= Groups * Columns);
        Debug.Assert(Residual == null || ResidualStride >= Groups * Columns);
        if (X != Y)
            Pointers.AssertApart(X, XStride, Rows, Groups * Columns, Y, YStride, Rows, Groups * Columns);
    }
}
