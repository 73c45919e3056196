using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.GemmBFloat16;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.X64;

/// <summary>
/// Rows of bfloat16 numbers in pairs (k + 1, k): the first of two in the upper half, which vdpbf16ps adds first.
/// </summary>
internal static unsafe class NarrowPairs
{
    /// <summary>x [n] as pairs [(n + 1) / 2], the last filled up with a zero; they may lie where x does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, int n, uint* pairs)
    {
        int k = 0;
        for (; k <= n - 32; k += 32)
            Load(x + k).Store(pairs + k / 2);
        for (; k <= n - 16; k += 16)
        {
            Vector512<ulong> two = NarrowF32<Avx512Isa, Vector512<float>>.Narrow(Vector512.Load(x + k)).AsUInt64();
            Vector512<ulong> pair = (two & Vector512.Create(0xFFFF_0000UL)) | Vector512.ShiftRightLogical(two, 48);
            Avx512F.ConvertToVector256UInt32(pair).Store(pairs + k / 2);
        }
        for (; k < n; k += 2)
            pairs[k / 2] = Pair(x[k], k + 1 < n ? x[k + 1] : 0f);
    }

    /// <summary>Sixteen pairs of x [32].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Load(float* x)
    {
        Vector512<uint> low = NarrowF32<Avx512Isa, Vector512<float>>.Narrow(Vector512.Load(x)).AsUInt32();
        Vector512<uint> high = NarrowF32<Avx512Isa, Vector512<float>>.Narrow(Vector512.Load(x + 16)).AsUInt32();
        Vector512<uint> even = Vector512.Create(0u, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        Vector512<uint> first = Avx512F.PermuteVar16x32x2(low, even, high);
        Vector512<uint> second = Avx512F.PermuteVar16x32x2(low, even + Vector512<uint>.One, high);
        return first | Vector512.ShiftRightLogical(second, 16);
    }

    /// <summary>Rows x and next [n], element by element in pairs [n]; no next is zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Join(float* x, float* next, int n, uint* pairs)
    {
        int i = 0;
        for (; i <= n - 16; i += 16)
        {
            Vector512<uint> first = NarrowF32<Avx512Isa, Vector512<float>>.Narrow(Vector512.Load(x + i)).AsUInt32();
            if (next != null)
            {
                Vector512<float> second = NarrowF32<Avx512Isa, Vector512<float>>.Narrow(Vector512.Load(next + i));
                first |= Vector512.ShiftRightLogical(second.AsUInt32(), 16);
            }
            first.Store(pairs + i);
        }
        for (; i < n; i++)
            pairs[i] = Pair(x[i], next == null ? 0f : next[i]);
    }

    private static uint Pair(float first, float second) =>
        (uint)NarrowReference.Bits(first) << 16 | NarrowReference.Bits(second);
}
