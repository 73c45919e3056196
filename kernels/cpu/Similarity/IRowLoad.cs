using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Similarity;

/// <summary>Reads elements of stored rows as binary32.</summary>
internal unsafe interface IRowLoad
{
    /// <summary>Bytes of an element.</summary>
    static abstract int Bytes { get; }

    static abstract TVector Load<TIsa, TVector>(byte* source)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct;
}

internal readonly unsafe struct LoadF32 : IRowLoad
{
    public static int Bytes => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TIsa, TVector>(byte* source)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => TIsa.Load((float*)source);
}

internal readonly unsafe struct LoadF16 : IRowLoad
{
    public static int Bytes => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TIsa, TVector>(byte* source)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => TIsa.LoadF16((ushort*)source);
}

internal readonly unsafe struct LoadBF16 : IRowLoad
{
    public static int Bytes => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TIsa, TVector>(byte* source)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => TIsa.LoadBF16((ushort*)source);
}

internal readonly unsafe struct LoadI8 : IRowLoad
{
    public static int Bytes => sizeof(sbyte);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Load<TIsa, TVector>(byte* source)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => TIsa.LoadI8((sbyte*)source);
}
