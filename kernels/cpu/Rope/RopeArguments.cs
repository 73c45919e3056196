using System.Diagnostics;

namespace Sextant.Kernels;

/// <summary>Rotary positions on the heads of x [T, heads·D], in place.</summary>
/// <remarks>
/// Of each head the first R elements turn: with h = R/2, c = table[p,i] and s = table[p,h + i] for i below h,
/// y[i] = fma(0 − s, x[i + h], x[i]·c) and y[i + h] = fma(s, x[i], x[i + h]·c). Su et al., 2021, with halves in place
/// of neighbours; weights made for neighbours have their rows permuted when they are loaded.
/// </remarks>
internal unsafe struct RopeArguments
{
    /// <summary>x [T, heads·D].</summary>
    public float* X;

    /// <summary>Elements from one row of x to the next.</summary>
    public nint Stride;

    /// <summary>T.</summary>
    public int Rows;

    /// <summary>Heads in a row.</summary>
    public int Heads;

    /// <summary>D.</summary>
    public int HeadSize;

    /// <summary>R, even, at most D.</summary>
    public int Rotated;

    /// <summary>Positions [T].</summary>
    public int* Positions;

    /// <summary>Cosines and sines [positions, R]: R/2 cosines, then R/2 sines.</summary>
    public float* Table;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(Rows >= 0 && Heads > 0 && Rotated >= 0 && Rotated % 2 == 0 && Rotated <= HeadSize);
        Debug.Assert(Stride >= Heads * HeadSize && Positions != null && Table != null);
        for (int t = 0; t < Rows; t++)
            Debug.Assert(Positions[t] >= 0);
    }
}
