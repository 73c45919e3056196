using System.Runtime.CompilerServices;
using Sextant.Kernels.Sum;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.SignDot;

// Float query × binary codes, any vector width.   scores [8·N] = Σ (bit ? q : −q) over tiles [N,W,8]
// Layout    tiles as for Hamming; the query's values in the order of the codes' bits.
// Bound     arithmetic: four operations for each vector of the query.
// Order     32 lanes, folds 16, 8, 4, 2, 1 (SignDotReference).

internal static unsafe class SignDotF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    private const int TileCodes = 8;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in SignDotArguments a)
    {
        a.AssertValid();
        ulong* tile = a.Tiles;
        int words = a.Words;
        float* scores = a.Scores;
        for (nint left = a.TileCount; left > 0; left--, tile += words * TileCodes, scores += TileCodes)
        {
            for (int code = 0; code < TileCodes; code++)
            {
                var lanes = Lanes32<TIsa, TVector>.Filled(0f);
                float* query = a.Query;
                for (int word = 0; word < words; word++, query += 64)
                {
                    ulong bits = tile[(nint)word * TileCodes + code];
                    Add(ref lanes, query, (uint)bits);
                    Add(ref lanes, query + 32, (uint)(bits >> 32));
                }
                scores[code] = lanes.FoldAdd();
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Lanes32<TIsa, TVector> lanes, float* query, uint bits)
    {
        int c = TIsa.Count;
        lanes.V0 = TIsa.Add(lanes.V0, TIsa.NegateWhereClear(TIsa.Load(query), bits));
        lanes.V1 = TIsa.Add(lanes.V1, TIsa.NegateWhereClear(TIsa.Load(query + c), bits >> c));
        if (TIsa.Count == 16)
            return;
        lanes.V2 = TIsa.Add(lanes.V2, TIsa.NegateWhereClear(TIsa.Load(query + 2 * c), bits >> (2 * c)));
        lanes.V3 = TIsa.Add(lanes.V3, TIsa.NegateWhereClear(TIsa.Load(query + 3 * c), bits >> (3 * c)));
        if (TIsa.Count == 8)
            return;
        lanes.V4 = TIsa.Add(lanes.V4, TIsa.NegateWhereClear(TIsa.Load(query + 4 * c), bits >> (4 * c)));
        lanes.V5 = TIsa.Add(lanes.V5, TIsa.NegateWhereClear(TIsa.Load(query + 5 * c), bits >> (5 * c)));
        lanes.V6 = TIsa.Add(lanes.V6, TIsa.NegateWhereClear(TIsa.Load(query + 6 * c), bits >> (6 * c)));
        lanes.V7 = TIsa.Add(lanes.V7, TIsa.NegateWhereClear(TIsa.Load(query + 7 * c), bits >> (7 * c)));
    }
}
