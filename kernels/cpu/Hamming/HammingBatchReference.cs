using System.Numerics;

namespace Sextant.Kernels.Hamming;

/// <summary>The specification of many distances at once: counted one by one, then spread over the planes.</summary>
internal static unsafe class HammingBatchReference
{
    public static void Run(in HammingBatchArguments a)
    {
        a.AssertValid();
        const int TileCodes = HammingArguments.TileCodes;
        int planes = HammingBatchArguments.PlaneCount(a.Words);
        for (int query = 0; query < a.QueryCount; query++)
        {
            ulong* sums = a.Planes + ((nint)query * planes * TileCodes);
            ulong* near = a.Near + ((nint)query * TileCodes);
            new Span<ulong>(sums, planes * TileCodes).Clear();
            new Span<ulong>(near, TileCodes).Clear();
            for (int code = 0; code < a.TileCount * TileCodes; code++)
            {
                (int tile, int lane) = (code / TileCodes, code % TileCodes);
                int distance = 0;
                for (int word = 0; word < a.Words; word++)
                {
                    ulong bits = a.Tiles[(((nint)tile * a.Words + word) * TileCodes) + lane];
                    distance += BitOperations.PopCount(a.Queries[((nint)query * a.Words) + word] ^ bits);
                }
                for (int plane = 0; plane < planes; plane++)
                    sums[(plane * TileCodes) + lane] |= (ulong)((distance >> plane) & 1) << tile;
                if (distance < a.Limits[query])
                    near[lane] |= 1ul << tile;
            }
        }
    }
}
