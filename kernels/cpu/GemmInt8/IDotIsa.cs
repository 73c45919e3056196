namespace Sextant.Kernels.GemmInt8;

/// <summary>
/// Products of bytes summed in 32-bit integers, over one vector of integers. All sums are exact, so that kernels
/// written over this interface give the same integers at every width.
/// </summary>
internal unsafe interface IDotIsa<TVector>
    where TVector : struct
{
    /// <summary>Integers in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Vectors in a tile's row, 1 to 3.</summary>
    static abstract int Vectors { get; }

    /// <summary>
    /// Parts that a group of four inputs is done in: one of four bytes, or two of two 16-bit integers.
    /// </summary>
    static abstract int Parts { get; }

    /// <summary>Where sums begin, if rows keep their zero points: −zero point · Σw.</summary>
    static abstract TVector Start(int offset, int* sums);

    /// <summary>
    /// Weights of <see cref="Count"/> outputs for one part: a <paramref name="shift"/> of 8 gives inputs 0 and 2, of 0
    /// gives 1 and 3.
    /// </summary>
    static abstract TVector Weights(sbyte* b, int shift);

    /// <summary>One part of a row's inputs for every output.</summary>
    static abstract TVector Broadcast(byte* x);

    /// <summary>acc + the products of a part.</summary>
    static abstract TVector MultiplyAdd(TVector acc, TVector x, TVector b);

    /// <summary>
    /// y = ((acc as float · scale) · column scales) + bias (+ residual, where it is not null), each operation rounded.
    /// </summary>
    static abstract void Store(
        float* y, TVector acc, float scale, float* columnScales, float* bias, float* residual);
}
