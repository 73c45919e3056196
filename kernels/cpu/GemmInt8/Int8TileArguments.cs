using System.Runtime.InteropServices;

namespace Sextant.Kernels.GemmInt8;

/// <summary>
/// What one call of a micro-kernel works on. Assembled kernels (kernels/x64) read it by the offsets of its fields, so
/// that their order is part of their code.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Int8TileArguments
{
    /// <summary>Rows of x, in the form that the tile prepares.</summary>
    public byte* X;

    /// <summary>Bytes from one row to the next.</summary>
    public nint XStride;

    /// <summary>Weights: the first output of the tile.</summary>
    public sbyte* B;

    /// <summary>The end of the weights.</summary>
    public sbyte* BEnd;

    public float* Y;

    /// <summary>Bytes from one row of y to the next.</summary>
    public nint YStride;

    /// <summary>Added last; null for none.</summary>
    public float* Residual;

    /// <summary>Bytes from one row of the residual to the next.</summary>
    public nint ResidualStride;

    /// <summary>What one step of a row is worth.</summary>
    public float* RowScales;

    /// <summary>Minus each row's zero point.</summary>
    public int* RowOffsets;

    public float* ColumnScales;

    public int* ColumnSums;

    public float* Bias;

    /// <summary>What is fetched ahead; any address will do.</summary>
    public sbyte* Prefetch;

    /// <summary>Bytes from one group of four inputs to the next.</summary>
    public nint PrefetchStep;

    /// <summary>
    /// Not zero where the caller's convention keeps xmm6 … xmm15: they then wait in <see cref="Saved"/>.
    /// </summary>
    public nint KeepsVectors;

    /// <summary>Room for ten registers of 128 bits.</summary>
    public fixed byte Saved[160];

    /// <summary>Bytes of weights from one group of four inputs to the next; not read by assembled kernels.</summary>
    public nint BStep;
}
