using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmInt8;

/// <summary>256 bits, products of 16-bit integers: x86 with AVX2.</summary>
internal readonly unsafe struct DotAvx2 : IWordDot<DotAvx2, Vector256<int>, Avx2Isa, Vector256<float>>
{
    public static int Rows => 4;

    public static int Vectors => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Weights(sbyte* b, int shift)
    {
        Vector256<short> words = Avx2.ShiftLeftLogical(
            Vector256.Load(b).AsInt16(), Vector128.CreateScalar((short)shift));
        return Avx2.ShiftRightArithmetic(words, 8).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(byte* x) => Vector256.Create(*(int*)x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> MultiplyAdd(Vector256<int> acc, Vector256<int> x, Vector256<int> b) =>
        acc + Avx2.MultiplyAddAdjacent(x.AsInt16(), b.AsInt16());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ToSingle(Vector256<int> integers) => Vector256.ConvertToSingle(integers);
}
