namespace Sextant.Kernels;

/// <summary>y [n,D] = softmax(q [n,D] · k [n,D]ᵀ · scale) · v [n,D]: one head of one sequence, every key visible.</summary>
/// <remarks>
/// Order, for a query: c[j] = the fma chain of q·k[j], d ascending; m = max(c)·scale; p[j] = exp(fma(c[j], scale, −m));
/// l = Sum(p) in 32 lanes; y[d] = (the fma chain of p[j]·v[j,d], j ascending) · (1/l). Strides count elements.
/// </remarks>
public unsafe struct AttentionArguments
{
    /// <summary>q [n,D].</summary>
    public float* Q;

    /// <summary>k [n,D].</summary>
    public float* K;

    /// <summary>v [n,D].</summary>
    public float* V;

    /// <summary>Elements from one row of q, k and v to the next.</summary>
    public nint Stride;

    /// <summary>n, the tokens of the sequence.</summary>
    public int Tokens;

    /// <summary>D.</summary>
    public int HeadSize;

    /// <summary>The scale of the scores, greater than zero.</summary>
    public float Scale;

    /// <summary>y [n,D].</summary>
    public float* Y;

    /// <summary>Elements from one row of y to the next.</summary>
    public nint YStride;

    /// <summary>Working memory of <see cref="ScratchLength"/> elements, 64-byte aligned, of this call alone.</summary>
    public float* Scratch;

    /// <summary>Queries that are worked on together.</summary>
    public const int QueryRows = 32;

    /// <summary>Elements of scratch: transposed keys, padded values, scores, an output tile. Linear in n.</summary>
    public static int ScratchLength(int tokens, int headSize) =>
        Padded(tokens) * (headSize + Padded(headSize) + QueryRows) + QueryRows * Padded(headSize);

    internal static int Padded(int count) => (count + 15) & ~15;
}
