using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmInt8;

/// <summary>512 bits, products of 16-bit integers: x86 with AVX-512 BW.</summary>
internal readonly unsafe struct DotAvx512 : IWordDot<DotAvx512, Vector512<int>, Avx512Isa, Vector512<float>>
{
    public static int Rows => 8;

    public static int Vectors => 3;

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
    public static Vector512<float> ToSingle(Vector512<int> integers) => Vector512.ConvertToSingle(integers);
}
