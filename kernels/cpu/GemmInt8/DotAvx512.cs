using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Activation;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmInt8;

/// <summary>512 bits, products of 16-bit integers: x86 with AVX-512 BW.</summary>
internal readonly unsafe struct DotAvx512 : IDotIsa<Vector512<int>>, IInt8Tile
{
    public static int Count => 16;

    public static int Rows => 8;

    public static int Vectors => 3;

    public static int Parts => 2;

    public static int PreparedGroup => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Start(int offset, int* sums) => Vector512<int>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Weights(sbyte* b, int shift)
    {
        Vector512<short> words = Avx512BW.ShiftLeftLogical(
            Vector512.Load(b).AsInt16(), Vector128.CreateScalar((short)shift));
        return Avx512BW.ShiftRightArithmetic(words, 8).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(byte* x) => Vector512.Create(*(int*)x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> MultiplyAdd(Vector512<int> acc, Vector512<int> x, Vector512<int> b) =>
        acc + Avx512BW.MultiplyAddAdjacent(x.AsInt16(), b.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        float* y, Vector512<int> acc, float scale, float* columnScales, float* bias, float* residual)
    {
        Vector512<float> value = Vector512.ConvertToSingle(acc) * Vector512.Create(scale);
        value *= Vector512.Load(columnScales);
        value += Vector512.Load(bias);
        if (residual != null)
            value += Vector512.Load(residual);
        value.Store(y);
    }

    public static void Prepare(byte* row, int offset, int groups, byte* to) =>
        WordRows.Prepare(row, offset, groups, (short*)to);

    public static void Expand(sbyte* panel, int width, int groups, sbyte* to) =>
        WordPanels<DotAvx512, Vector512<int>>.Expand(panel, width, groups, to);

    public static void Run(ref Int8TileArguments t, int rows, int width) =>
        GemmInt8Tile<DotAvx512, Vector512<int>>.Run(ref t, rows, width);

    public static void Activate(ActivationKind kind, float* tile, nint stride, int rows, int columns) =>
        ActivationF32<Avx512Isa, Vector512<float>>.Run(kind, tile, stride, rows, columns);
}
