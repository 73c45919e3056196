using System.Runtime.CompilerServices;
using Sextant.Kernels.Activation;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmInt8;

/// <summary>A micro-kernel of products in bytes without what is the same for every vector.</summary>
/// <typeparam name="TSelf">The micro-kernel.</typeparam>
/// <typeparam name="TVector">A vector of integers.</typeparam>
/// <typeparam name="TIsa">The instruction set.</typeparam>
/// <typeparam name="TFloats">A vector of floats, as many as there are integers.</typeparam>
internal unsafe interface IDotFrame<TSelf, TVector, TIsa, TFloats> : IDotIsa<TVector>, IInt8Tile
    where TSelf : struct, IDotFrame<TSelf, TVector, TIsa, TFloats>
    where TVector : struct
    where TIsa : struct, IVectorIsa<TFloats>
    where TFloats : struct
{
    static int IDotIsa<TVector>.Count => TIsa.Count;

    /// <summary>Each integer rounded to the nearest float.</summary>
    static abstract TFloats ToSingle(TVector integers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IDotIsa<TVector>.Store(
        float* y, TVector acc, float scale, float* columnScales, float* bias, float* residual)
    {
        TFloats value = TIsa.Multiply(TSelf.ToSingle(acc), TIsa.Broadcast(scale));
        value = TIsa.Multiply(value, TIsa.Load(columnScales));
        value = TIsa.Add(value, TIsa.Load(bias));
        if (residual != null)
            value = TIsa.Add(value, TIsa.Load(residual));
        TIsa.Store(y, value);
    }

    static void ITile.Run(ref Int8TileArguments t, int rows, int width) =>
        GemmInt8Tile<TSelf, TVector>.Run(ref t, rows, width);

    static void ITile.Activate(ActivationKind kind, float* tile, nint stride, int rows, int columns) =>
        ActivationF32<TIsa, TFloats>.Run(kind, tile, stride, rows, columns);
}

/// <summary>The same where products are of 16-bit integers, two of a group of four inputs at a time.</summary>
internal unsafe interface IWordDot<TSelf, TVector, TIsa, TFloats> : IDotFrame<TSelf, TVector, TIsa, TFloats>
    where TSelf : struct, IWordDot<TSelf, TVector, TIsa, TFloats>
    where TVector : struct
    where TIsa : struct, IVectorIsa<TFloats>
    where TFloats : struct
{
    static int IDotIsa<TVector>.Parts => 2;

    static int IInt8Tile.PreparedGroup => 8;

    // Rows come without their zero points.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TVector IDotIsa<TVector>.Start(int offset, int* sums) => default;

    static void IInt8Tile.Prepare(byte* row, int offset, int groups, byte* to) =>
        WordRows.Prepare(row, offset, groups, (short*)to);

    static void IInt8Tile.Expand(sbyte* panel, int width, int groups, sbyte* to) =>
        WordPanels<TSelf, TVector>.Expand(panel, width, groups, to);
}
