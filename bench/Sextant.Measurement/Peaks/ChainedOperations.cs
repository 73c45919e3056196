using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Sextant.Measurement.Peaks;

/// <summary>
/// One instruction whose peak is measured: each result is an input of the next, and chains run side by side.
/// </summary>
internal interface IChainedOperation<TVector>
    where TVector : struct
{
    /// <summary>Operations of one step, a multiply-add counting two.</summary>
    static abstract double Operations { get; }

    /// <summary>A vector of one value.</summary>
    static abstract TVector Create(float value);

    /// <summary>The instruction: v · m + a, or v + m · a.</summary>
    static abstract TVector Step(TVector v, TVector m, TVector a);

    /// <summary>Something that depends on all of a vector.</summary>
    static abstract double Sum(TVector v);
}

/// <summary>Sixteen f32.</summary>
internal readonly struct Single512 : IChainedOperation<Vector512<float>>
{
    public static double Operations => 2 * 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Create(float value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Step(Vector512<float> v, Vector512<float> m, Vector512<float> a) =>
        Vector512.FusedMultiplyAdd(v, m, a);

    public static double Sum(Vector512<float> v) => Vector512.Sum(v);
}

/// <summary>Eight f64.</summary>
internal readonly struct Double512 : IChainedOperation<Vector512<double>>
{
    public static double Operations => 2 * 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Create(float value) => Vector512.Create((double)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> Step(Vector512<double> v, Vector512<double> m, Vector512<double> a) =>
        Vector512.FusedMultiplyAdd(v, m, a);

    public static double Sum(Vector512<double> v) => Vector512.Sum(v);
}

/// <summary>Eight f32.</summary>
internal readonly struct Single256 : IChainedOperation<Vector256<float>>
{
    public static double Operations => 2 * 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Create(float value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Step(Vector256<float> v, Vector256<float> m, Vector256<float> a) =>
        Vector256.FusedMultiplyAdd(v, m, a);

    public static double Sum(Vector256<float> v) => Vector256.Sum(v);
}

/// <summary>Four f64.</summary>
internal readonly struct Double256 : IChainedOperation<Vector256<double>>
{
    public static double Operations => 2 * 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Create(float value) => Vector256.Create((double)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Step(Vector256<double> v, Vector256<double> m, Vector256<double> a) =>
        Vector256.FusedMultiplyAdd(v, m, a);

    public static double Sum(Vector256<double> v) => Vector256.Sum(v);
}

/// <summary>Four f32.</summary>
internal readonly struct Single128 : IChainedOperation<Vector128<float>>
{
    public static double Operations => 2 * 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Create(float value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Step(Vector128<float> v, Vector128<float> m, Vector128<float> a) =>
        Vector128.FusedMultiplyAdd(v, m, a);

    public static double Sum(Vector128<float> v) => Vector128.Sum(v);
}

/// <summary>
/// Eight sums of four products of 8-bit integers, unsigned by signed, into 32 bits (AVX-VNNI's VPDPBUSD).
/// </summary>
internal readonly struct Dot256 : IChainedOperation<Vector256<int>>
{
    public static double Operations => 2 * 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Create(float value) => Vector256.Create((byte)(100 * value + 1)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Step(Vector256<int> v, Vector256<int> m, Vector256<int> a) =>
        AvxVnni.MultiplyWideningAndAdd(v, m.AsByte(), a.AsSByte());

    public static double Sum(Vector256<int> v) => Vector256.Sum(v);
}

/// <summary>Four sums of four products of signed 8-bit integers into 32 bits (ARM's SDOT).</summary>
internal readonly struct Dot128 : IChainedOperation<Vector128<int>>
{
    public static double Operations => 2 * 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Create(float value) => Vector128.Create((byte)(100 * value + 1)).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Step(Vector128<int> v, Vector128<int> m, Vector128<int> a) =>
        Dp.DotProduct(v, m.AsSByte(), a.AsSByte());

    public static double Sum(Vector128<int> v) => Vector128.Sum(v);
}
