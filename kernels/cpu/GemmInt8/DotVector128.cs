using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Activation;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmInt8;

/// <summary>128 bits, products of 16-bit integers: x86 with SSE2, and ARM64.</summary>
internal readonly unsafe struct DotVector128 : IDotIsa<Vector128<int>>, IInt8Tile
{
    public static int Count => 4;

    public static int Rows => 4;

    public static int Vectors => 2;

    public static int Parts => 2;

    public static int PreparedGroup => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Start(int offset, int* sums) => Vector128<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Weights(sbyte* b, int shift)
    {
        Vector128<short> words = Vector128.Load(b).AsInt16();
        words = Sse2.IsSupported
            ? Sse2.ShiftLeftLogical(words, Vector128.CreateScalar((short)shift))
            : Vector128.ShiftLeft(words, shift);
        return Vector128.ShiftRightArithmetic(words, 8).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Broadcast(byte* x) => Vector128.Create(*(int*)x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> MultiplyAdd(Vector128<int> acc, Vector128<int> x, Vector128<int> b) =>
        acc + (Sse2.IsSupported
            ? Sse2.MultiplyAddAdjacent(x.AsInt16(), b.AsInt16())
            : AddAdjacentProducts(x, b));

    /// <summary>Products of 16-bit integers, summed in pairs, where no instruction does it.</summary>
    internal static Vector128<int> AddAdjacentProducts(Vector128<int> x, Vector128<int> b)
    {
        Vector128<int> low = Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(x, 16), 16)
            * Vector128.ShiftRightArithmetic(Vector128.ShiftLeft(b, 16), 16);
        return low + Vector128.ShiftRightArithmetic(x, 16) * Vector128.ShiftRightArithmetic(b, 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        float* y, Vector128<int> acc, float scale, float* columnScales, float* bias, float* residual)
    {
        Vector128<float> value = Vector128.ConvertToSingle(acc) * Vector128.Create(scale);
        value *= Vector128.Load(columnScales);
        value += Vector128.Load(bias);
        if (residual != null)
            value += Vector128.Load(residual);
        value.Store(y);
    }

    public static void Prepare(byte* row, int offset, int groups, byte* to) =>
        WordRows.Prepare(row, offset, groups, (short*)to);

    public static void Expand(sbyte* panel, int width, int groups, sbyte* to) =>
        WordPanels<DotVector128, Vector128<int>>.Expand(panel, width, groups, to);

    public static void Run(ref Int8TileArguments t, int rows, int width) =>
        GemmInt8Tile<DotVector128, Vector128<int>>.Run(ref t, rows, width);

    public static void Activate(ActivationKind kind, float* tile, nint stride, int rows, int columns) =>
        ActivationF32<Vector128Isa, Vector128<float>>.Run(kind, tile, stride, rows, columns);
}
