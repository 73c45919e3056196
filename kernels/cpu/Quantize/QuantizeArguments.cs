namespace Sextant.Kernels;

/// <summary>
/// Rows of x [T,K] as unsigned bytes with a zero point, for products in integers; activated in place first, if so.
/// </summary>
/// <remarks>
/// The activation's and the gate's bits are those of the ops that do nothing else, and what is quantised is x after them.
/// Order of operations: kernels/NUMERICS.md, "Quantise a row". A row that holds a NaN or an infinity gets the scale
/// NaN, so that the products say so.
/// </remarks>
internal unsafe struct QuantizeArguments
{
    /// <summary>x [T,K].</summary>
    public float* X;

    /// <summary>Elements from one row of x to the next.</summary>
    public nint XStride;

    /// <summary>T.</summary>
    public int Rows;

    /// <summary>K.</summary>
    public int Columns;

    /// <summary>Applied to x in place first.</summary>
    public ActivationKind Activation;

    /// <summary>Whether what is activated is then multiplied, in place, by x's columns K … 2K − 1.</summary>
    public bool IsGated;

    /// <summary>What each column is multiplied by first [K]: one over the factor that its weights have taken.</summary>
    public float* Inverse;

    /// <summary>q [T,K], each row filled up with zeros to a multiple of four.</summary>
    public byte* Q;

    /// <summary>Bytes from one row of q to the next.</summary>
    public nint QStride;

    /// <summary>What one step of a row's bytes is worth [T].</summary>
    public float* Scales;

    /// <summary>Minus each row's zero point [T].</summary>
    public int* Offsets;
}
