using System.Diagnostics;

namespace Sextant.Kernels;

/// <summary>y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b [F]) + residual [T,F]. Strides count elements.</summary>
/// <remarks>
/// Order: each output is one chain acc = fma(x[t,k], w[f,k], acc) from +0 with k ascending; then + bias, then the
/// activation, then + residual. y may be the residual, but may not overlap x.
/// </remarks>
internal unsafe struct GemmArguments
{
    /// <summary>x [T,K].</summary>
    public float* X;

    /// <summary>Elements from one row of x to the next.</summary>
    public nint XStride;

    /// <summary>T, the rows to compute.</summary>
    public int Rows;

    /// <summary>w [F,K] and b [F].</summary>
    public PackedMatrix Weight;

    /// <summary>The first panel to compute.</summary>
    public int FirstPanel;

    /// <summary>The panel after the last one to compute.</summary>
    public int EndPanel;

    /// <summary>Applied after the bias.</summary>
    public ActivationKind Activation;

    /// <summary>Added last; null for none.</summary>
    public float* Residual;

    /// <summary>Elements from one row of the residual to the next.</summary>
    public nint ResidualStride;

    /// <summary>y [T,F].</summary>
    public float* Y;

    /// <summary>Elements from one row of y to the next.</summary>
    public nint YStride;

    /// <summary>Working memory of <see cref="ScratchLength"/> elements, 64-byte aligned, of this call alone.</summary>
    public float* Scratch;

    /// <summary>Rows that are narrowed together where products are of bfloat16 numbers.</summary>
    public const int NarrowRows = 64;

    /// <summary>Elements of scratch that a product of bfloat16 numbers needs: that of the f32 one, and rows.</summary>
    public static int NarrowScratchLength(int inputs) => ScratchLength(inputs) + NarrowRows * (inputs + 32);

    /// <summary>Elements of scratch that a product with K inputs needs: a widened panel and an edge tile.</summary>
    public static int ScratchLength(int inputs) => (inputs + 8) * PackedMatrix.PanelWidth;

    /// <summary>In debug builds: what a caller must have kept to.</summary>
    [Conditional("DEBUG")]
    internal readonly void AssertValid()
    {
        Debug.Assert(Rows >= 0 && 0 <= FirstPanel && FirstPanel <= EndPanel && EndPanel <= Weight.PanelCount);
        Debug.Assert(XStride >= Weight.Inputs && YStride >= Weight.Outputs);
        Debug.Assert(Residual == null || ResidualStride >= Weight.Outputs);
        Pointers.AssertAligned(Weight.Panels, 64);
        Pointers.AssertAligned(Scratch, 64);
        // The residual may be y; nothing else that is read may be written.
        Pointers.AssertApart(X, XStride, Rows, Weight.Inputs, Y, YStride, Rows, Weight.Outputs);
    }
}
