using System.Runtime.CompilerServices;

namespace Sextant.Kernels.GemmInt8;

/// <summary>
/// A panel of bytes as 16-bit integers, [K/4][2][width][2]: inputs 0 and 2 of a group, then 1 and 3. Worth its time
/// where more than one tile reads the panel.
/// </summary>
internal static unsafe class WordPanels<TIsa, TVector>
    where TIsa : struct, IDotIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Expand(sbyte* panel, int width, int groups, sbyte* to)
    {
        for (int group = 0; group < groups; group++)
        {
            for (int shift = 8; shift >= 0; shift -= 8)
            {
                for (int f = 0; f < width; f += TIsa.Count, to += 4 * TIsa.Count)
                    Unsafe.WriteUnaligned(to, TIsa.Weights(panel + 4 * f, shift));
            }
            panel += 4 * width;
        }
    }
}

/// <summary>A micro-kernel of products in bytes on panels that <see cref="WordPanels{TIsa, TVector}"/> made.</summary>
internal readonly unsafe struct OnWordPanels<TIsa, TVector> : IDotIsa<TVector>, IInt8Tile
    where TIsa : struct, IDotIsa<TVector>, IInt8Tile
    where TVector : struct
{
    public static int Count => TIsa.Count;

    public static int Rows => TIsa.Rows;

    public static int Vectors => TIsa.Vectors;

    public static int Parts => 1;

    public static int PreparedGroup => TIsa.PreparedGroup;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Start(int offset, int* sums) => TIsa.Start(offset, sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Weights(sbyte* b, int shift) => Unsafe.ReadUnaligned<TVector>(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Broadcast(byte* x) => TIsa.Broadcast(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector MultiplyAdd(TVector acc, TVector x, TVector b) => TIsa.MultiplyAdd(acc, x, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        float* y, TVector acc, float scale, float* columnScales, float* bias, float* residual) =>
        TIsa.Store(y, acc, scale, columnScales, bias, residual);

    public static void Prepare(byte* row, int offset, int groups, byte* to) => TIsa.Prepare(row, offset, groups, to);

    public static void Expand(sbyte* panel, int width, int groups, sbyte* to) =>
        TIsa.Expand(panel, width, groups, to);

    public static void Run(ref Int8TileArguments t, int rows, int width) =>
        GemmInt8Tile<OnWordPanels<TIsa, TVector>, TVector>.Run(ref t, rows, width);

    public static void Activate(ActivationKind kind, float* tile, nint stride, int rows, int columns) =>
        TIsa.Activate(kind, tile, stride, rows, columns);
}
