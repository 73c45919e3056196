using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmInt8;

/// <summary>256 bits, four bytes in one instruction: x86 with AVX-VNNI.</summary>
internal readonly unsafe struct DotAvxVnni : IDotFrame<DotAvxVnni, Vector256<int>, Avx2Isa, Vector256<float>>
{
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
    public static Vector256<float> ToSingle(Vector256<int> integers) => Vector256.ConvertToSingle(integers);

    public static void Expand(sbyte* panel, int width, int groups, sbyte* to)
    {
    }

    public static void Prepare(byte* row, int offset, int groups, byte* to)
    {
    }
}
