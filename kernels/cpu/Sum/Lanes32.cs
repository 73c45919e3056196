using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Sum;

/// <summary>The 32 lanes of a row's sum in 2, 4 or 8 vectors, and their fold (order: SumReference).</summary>
internal struct Lanes32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public TVector V0, V1, V2, V3, V4, V5, V6, V7;

    /// <summary>Elements that are missing at a row's end: sums and products see +0 for them.</summary>
    public const int Count = 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes32<TIsa, TVector> Filled(float value)
    {
        Lanes32<TIsa, TVector> lanes;
        lanes.V0 = lanes.V1 = lanes.V2 = lanes.V3 = TIsa.Broadcast(value);
        lanes.V4 = lanes.V5 = lanes.V6 = lanes.V7 = TIsa.Broadcast(value);
        return lanes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float FoldAdd()
    {
        if (TIsa.Count == 16)
            return TIsa.FoldAdd(TIsa.Add(V0, V1));
        if (TIsa.Count == 8)
            return TIsa.FoldAdd(TIsa.Add(TIsa.Add(V0, V2), TIsa.Add(V1, V3)));
        TVector even = TIsa.Add(TIsa.Add(V0, V4), TIsa.Add(V2, V6));
        TVector odd = TIsa.Add(TIsa.Add(V1, V5), TIsa.Add(V3, V7));
        return TIsa.FoldAdd(TIsa.Add(even, odd));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float FoldMax()
    {
        if (TIsa.Count == 16)
            return TIsa.FoldMax(TIsa.Max(V0, V1));
        if (TIsa.Count == 8)
            return TIsa.FoldMax(TIsa.Max(TIsa.Max(V0, V2), TIsa.Max(V1, V3)));
        TVector even = TIsa.Max(TIsa.Max(V0, V4), TIsa.Max(V2, V6));
        TVector odd = TIsa.Max(TIsa.Max(V1, V5), TIsa.Max(V3, V7));
        return TIsa.FoldMax(TIsa.Max(even, odd));
    }
}
