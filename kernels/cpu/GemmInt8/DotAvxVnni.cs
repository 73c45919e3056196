using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Activation;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmInt8;

/// <summary>256 bits, four bytes in one instruction: x86 with AVX-VNNI.</summary>
internal readonly unsafe struct DotAvxVnni : IDotIsa<Vector256<int>>, IInt8Tile
{
    public static int Count => 8;

    public static int Rows => 4;

    public static int Vectors => 3;

    public static int Parts => 1;

    public static int PreparedGroup => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Start(int offset, int* sums) =>
        Vector256.Create(offset) * Vector256.Load(sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Weights(sbyte* b, int shift) =>
        Vector256.Load(b).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(byte* x) => Vector256.Create(*(int*)x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> acc, Vector256<int> x, Vector256<int> b) =>
        AvxVnni.MultiplyWideningAndAdd(acc, x.AsByte(), b.AsSByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(
        float* y, Vector256<int> acc, float scale, float* columnScales, float* bias, float* residual)
    {
        Vector256<float> value = Vector256.ConvertToSingle(acc) * Vector256.Create(scale);
        value *= Vector256.Load(columnScales);
        value += Vector256.Load(bias);
        if (residual != null)
            value += Vector256.Load(residual);
        value.Store(y);
    }

    public static void Expand(sbyte* panel, int width, int groups, sbyte* to)
    {
    }

    public static void Prepare(byte* row, int offset, int groups, byte* to)
    {
    }

    public static void Run(ref Int8TileArguments t, int rows, int width) =>
        GemmInt8Tile<DotAvxVnni, Vector256<int>>.Run(ref t, rows, width);

    public static void Activate(ActivationKind kind, float* tile, nint stride, int rows, int columns) =>
        ActivationF32<Avx2Isa, Vector256<float>>.Run(kind, tile, stride, rows, columns);
}
