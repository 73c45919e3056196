using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Gemm;

/// <summary>What one call of the micro-kernel works on. Strides count elements.</summary>
internal unsafe struct TileArguments
{
    public float* X;
    public nint XStride;
    public byte* B;
    public nint BStride;
    public int Depth;
    public float* Y;
    public nint YStride;
    public float* Bias;
    public float* Residual;
    public nint ResidualStride;

    /// <summary>What is fetched ahead; null: nothing.</summary>
    public byte* Prefetch;

    /// <summary>Bytes from one k to the next; lines may be asked for twice, which costs nothing.</summary>
    public nint PrefetchStep;
}

/// <summary>A number known to the compiler: it is a type.</summary>
internal interface ICount
{
    static abstract int Value { get; }
}

internal readonly struct Zero : ICount { public static int Value => 0; }
internal readonly struct One : ICount { public static int Value => 1; }
internal readonly struct Two : ICount { public static int Value => 2; }
internal readonly struct Three : ICount { public static int Value => 3; }
internal readonly struct Four : ICount { public static int Value => 4; }
internal readonly struct Five : ICount { public static int Value => 5; }
internal readonly struct Six : ICount { public static int Value => 6; }
internal readonly struct Seven : ICount { public static int Value => 7; }
internal readonly struct Eight : ICount { public static int Value => 8; }

/// <summary>How the right-hand matrix is stored; widening to f32 is exact.</summary>
internal unsafe interface IStored
{
    /// <summary>Bytes per element.</summary>
    static abstract int Size { get; }

    /// <summary>The vector at <paramref name="index"/> vectors from <paramref name="source"/>.</summary>
    static abstract TVector Load<TIsa, TVector>(byte* source, int index)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct;
}

internal readonly unsafe struct StoredF32 : IStored
{
    public static int Size => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TIsa, TVector>(byte* source, int index)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => TIsa.Load((float*)source + index * TIsa.Count);
}

internal readonly unsafe struct StoredF16 : IStored
{
    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TIsa, TVector>(byte* source, int index)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => TIsa.LoadF16((ushort*)source + index * TIsa.Count);
}

internal readonly unsafe struct StoredI8 : IStored
{
    public static int Size => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TIsa, TVector>(byte* source, int index)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => TIsa.LoadI8((sbyte*)source + index * TIsa.Count);
}

internal readonly unsafe struct StoredBF16 : IStored
{
    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TIsa, TVector>(byte* source, int index)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => TIsa.LoadBF16((ushort*)source + index * TIsa.Count);
}
