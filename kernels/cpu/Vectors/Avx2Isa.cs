using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sextant.Kernels.Vectors;

/// <summary>256-bit vectors: x86 with AVX2 and FMA.</summary>
internal readonly unsafe struct Avx2Isa : IVectorIsa<Vector256<float>>
{
    public static int Count => 8;

    public static Vector256<float> Zero => Vector256<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Broadcast(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* source) => Vector256.Load(source);

    // Sign-extend, so that the sign lands in bit 31 when exponent and mantissa reach their binary32 places; the
    // exponent is then 112 too small, and a multiplication by 2^112 is exact, also for denormals.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadF16(ushort* source)
    {
        Vector256<int> wide = Avx2.ConvertToVector256Int32(Vector128.Load((short*)source));
        Vector256<int> bits = Vector256.ShiftLeft(wide, 13) & Vector256.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector256.Create(5192296858534827628530496329220096f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadBF16(ushort* source)
    {
        Vector256<uint> wide = Avx2.ConvertToVector256Int32(Vector128.Load(source)).AsUInt32();
        return Vector256.ShiftLeft(wide, 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadI8(sbyte* source) =>
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> NegateWhereClear(Vector256<float> a, uint bits)
    {
        Vector256<uint> places = Vector256.Create(1u, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7);
        Vector256<uint> clear = Vector256.Equals(Vector256.Create(bits) & places, Vector256<uint>.Zero);
        return (a.AsUInt32() ^ (clear & Vector256.Create(0x8000_0000u))).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address) => Sse.Prefetch0(address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector256<float> value) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSteps(byte* destination, Vector256<float> first, Vector256<float> second)
    {
        Vector256<int> zero = Vector256.Create(12582912f).AsInt32();
        // Within each 128 bits: four of the first, four of the second.
        Vector256<short> words = Avx2.PackSignedSaturate(first.AsInt32() - zero, second.AsInt32() - zero);
        Vector256<int> bytes = Avx2.PackUnsignedSaturate(words, words).AsInt32();
        Vector256<int> order = Vector256.Create(0, 4, 1, 5, 0, 0, 0, 0);
        Avx2.PermuteVar8x32(bytes, order).GetLower().AsByte().Store(destination);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Add(Vector256<float> a, Vector256<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Subtract(Vector256<float> a, Vector256<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Multiply(Vector256<float> a, Vector256<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Divide(Vector256<float> a, Vector256<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Fma(Vector256<float> a, Vector256<float> b, Vector256<float> c) =>
        Vector256.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> SelectGreater(
        Vector256<float> a, Vector256<float> b, Vector256<float> x, Vector256<float> y) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(a, b), x, y);

    // The instructions are these comparisons, also for NaN and zeros.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Max(Vector256<float> a, Vector256<float> b) => Avx.Max(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Min(Vector256<float> a, Vector256<float> b) => Avx.Min(a, b);

    // In two halves, since 2^128 is no number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> ScaleByPowerOf2(Vector256<float> a, Vector256<float> n)
    {
        Vector256<int> whole = Avx.ConvertToVector256Int32(n);
        Vector256<int> half = Vector256.ShiftRightArithmetic(whole, 1);
        Vector256<int> one = Vector256.Create(127);
        Vector256<float> low = Vector256.ShiftLeft(half + one, 23).AsSingle();
        Vector256<float> high = Vector256.ShiftLeft(whole - half + one, 23).AsSingle();
        return a * low * high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FoldAdd(Vector256<float> a) => Vector128Isa.FoldAdd(a.GetLower() + a.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FoldMax(Vector256<float> a) =>
        Vector128Isa.FoldMax(Vector128Isa.Max(a.GetLower(), a.GetUpper()));
}
