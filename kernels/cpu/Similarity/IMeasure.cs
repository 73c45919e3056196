using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Similarity;

/// <summary>What one element of query and row adds to its lane.</summary>
internal unsafe interface IMeasure
{
    /// <param name="lane">The lane so far.</param>
    /// <param name="query">Elements of the query.</param>
    /// <param name="row">Elements of the row.</param>
    /// <param name="scales">Where the scales of these elements are.</param>
    static abstract TVector Step<TIsa, TVector>(TVector lane, TVector query, TVector row, float* scales)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct;
}

internal readonly unsafe struct DotMeasure : IMeasure
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Step<TIsa, TVector>(TVector lane, TVector query, TVector row, float* scales)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct => TIsa.Fma(query, row, lane);
}

internal readonly unsafe struct DistanceMeasure : IMeasure
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Step<TIsa, TVector>(TVector lane, TVector query, TVector row, float* scales)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        TVector d = TIsa.Subtract(query, row);
        return TIsa.Fma(d, d, lane);
    }
}

internal readonly unsafe struct ScaledDistanceMeasure : IMeasure
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Step<TIsa, TVector>(TVector lane, TVector query, TVector row, float* scales)
        where TIsa : struct, IVectorIsa<TVector>
        where TVector : struct
    {
        TVector d = TIsa.Fma(TIsa.Multiply(TIsa.Load(scales), TIsa.Broadcast(-1f)), row, query);
        return TIsa.Fma(d, d, lane);
    }
}
