using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sextant.Kernels.Vectors;

/// <summary>128-bit vectors: NEON, or SSE; with FMA where the hardware has it, else the same bits slowly.</summary>
internal readonly unsafe struct Vector128Isa : IVectorIsa<Vector128<float>>
{
    public static int Count => 4;

    public static Vector128<float> Zero => Vector128<float>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    // Sign-extend, so that the sign lands in bit 31 when exponent and mantissa reach their binary32 places; the
    // exponent is then 112 too small, and a multiplication by 2^112 is exact, also for denormals.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadF16(ushort* source)
    {
        Vector128<int> wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsInt16());
        Vector128<int> bits = Vector128.ShiftLeft(wide, 13) & Vector128.Create(unchecked((int)0x8FFFE000));
        return bits.AsSingle() * Vector128.Create(5192296858534827628530496329220096f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadBF16(ushort* source)
    {
        Vector128<uint> wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsUInt16());
        return Vector128.ShiftLeft(wide, 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadI8(sbyte* source)
    {
        Vector128<short> wide = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(int*)source).AsSByte());
        return Vector128.ConvertToSingle(Vector128.WidenLower(wide));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> NegateWhereClear(Vector128<float> a, uint bits)
    {
        Vector128<uint> clear = Vector128.Equals(
            Vector128.Create(bits) & Vector128.Create(1u, 1 << 1, 1 << 2, 1 << 3), Vector128<uint>.Zero);
        return (a.AsUInt32() ^ (clear & Vector128.Create(0x8000_0000u))).AsSingle();
    }

    // There is no portable prefetch; processors see a straight read coming by themselves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* destination, Vector128<float> value) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreSteps(byte* destination, Vector128<float> first, Vector128<float> second)
    {
        Vector128<short> words = Vector128.Narrow(Steps(first), Steps(second));
        *(long*)destination = Vector128.Narrow(words, words).AsInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Steps(Vector128<float> shifted)
    {
        Vector128<int> steps = shifted.AsInt32() - Vector128.Create(12582912f).AsInt32();
        return Vector128.Min(Vector128.Max(steps, Vector128<int>.Zero), Vector128.Create(255));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> a, Vector128<float> b) => a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Subtract(Vector128<float> a, Vector128<float> b) => a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Multiply(Vector128<float> a, Vector128<float> b) => a * b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Divide(Vector128<float> a, Vector128<float> b) => a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Fma(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Vector128.FusedMultiplyAdd(a, b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> SelectGreater(
        Vector128<float> a, Vector128<float> b, Vector128<float> x, Vector128<float> y) =>
        Vector128.ConditionalSelect(Vector128.GreaterThan(a, b), x, y);

    // SSE's instructions are these comparisons, also for NaN and zeros; NEON's are not.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Max(a, b) : SelectGreater(a, b, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Min(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.Min(a, b) : SelectGreater(b, a, a, b);

    // In two halves, since 2^128 is no number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> ScaleByPowerOf2(Vector128<float> a, Vector128<float> n)
    {
        Vector128<int> whole = Vector128.ConvertToInt32Native(n);
        Vector128<int> half = Vector128.ShiftRightArithmetic(whole, 1);
        Vector128<int> one = Vector128.Create(127);
        Vector128<float> low = Vector128.ShiftLeft(half + one, 23).AsSingle();
        Vector128<float> high = Vector128.ShiftLeft(whole - half + one, 23).AsSingle();
        return a * low * high;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FoldAdd(Vector128<float> a)
    {
        Vector128<float> b = a + Vector128.Shuffle(a, Vector128.Create(2, 3, 0, 1));
        return b.ToScalar() + b.GetElement(1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FoldMax(Vector128<float> a)
    {
        Vector128<float> b = Max(a, Vector128.Shuffle(a, Vector128.Create(2, 3, 0, 1)));
        return Max(b, Vector128.Shuffle(b, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
