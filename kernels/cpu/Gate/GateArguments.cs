using System.Diagnostics;

namespace Sextant.Kernels;

/// <summary>x [T,2F] → its first F columns = kind(first F columns) · (last F columns), in place.</summary>
/// <remarks>The gated feed-forward of GeGLU, SwiGLU and ReGLU (Shazeer, 2020): one product, rounded once.</remarks>
internal unsafe struct GateArguments
{
    /// <summary>The function of the gate.</summary>
    public ActivationKind Kind;

    /// <summary>x [T,2F].</summary>
    public float* X;

    /// <summary>Elements from one row of x to the next.</summary>
    public nint Stride;

    /// <summary>T.</summary>
    public int Rows;

    /// <summary>F.</summary>
    public int Columns;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(Rows >= 0 && Columns > 0 && Stride >= 2 * Columns);
    }
}
