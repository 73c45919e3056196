using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmInt8;

/// <summary>128 bits, products of 16-bit integers: x86 with SSE2, and ARM64.</summary>
internal readonly unsafe struct DotVector128
    : IWordDot<DotVector128, Vector128<int>, Vector128Isa, Vector128<float>>
{
    public static int Rows => 4;

    public static int Vectors => 2;

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
    public static Vector128<float> ToSingle(Vector128<int> integers) => Vector128.ConvertToSingle(integers);
}
