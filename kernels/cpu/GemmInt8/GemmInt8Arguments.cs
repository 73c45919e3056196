namespace Sextant.Kernels;

/// <summary>
/// y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b [F]) + residual [T,F], x and w as bytes. Strides count elements.
/// </summary>
/// <remarks>
/// Order: acc = Σ (q[t,k] − zero point) · w[f,k], an exact integer; y = ((acc as float · scale of the row) · scale of
/// the output) + b; then the activation, then + residual. y may be the residual.
/// </remarks>
internal unsafe struct GemmInt8Arguments
{
    /// <summary>x [T,K] as <see cref="QuantizeArguments"/> leaves it.</summary>
    public byte* Q;

    /// <summary>Bytes from one row of q to the next.</summary>
    public nint QStride;

    /// <summary>What one step of a row is worth [T].</summary>
    public float* Scales;

    /// <summary>Minus each row's zero point [T].</summary>
    public int* Offsets;

    /// <summary>T, the rows to compute.</summary>
    public int Rows;

    /// <summary>w [F,K] and b [F].</summary>
    public PackedInt8Matrix Weight;

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

    /// <summary>
    /// Elements of scratch that a product with K inputs needs: an edge tile, 64 rows of x and a panel in 16 bits.
    /// </summary>
    public static int ScratchLength(int inputs) =>
        ScratchBeforePanel(inputs) + ((inputs + 3) & ~3) * PackedMatrix.PanelWidth / 2;

    /// <summary>Elements of scratch before the panel.</summary>
    internal static int ScratchBeforePanel(int inputs) =>
        (((inputs + 7) & ~7) + 16) * 32 + 8 * PackedMatrix.PanelWidth;
}
