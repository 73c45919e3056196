using System.Numerics;

namespace Sextant.Kernels.Hamming;

/// <summary>The specification of Hamming distances: the bits that are set in query ^ code, counted.</summary>
internal static unsafe class HammingReference
{
    public static void Run(in HammingArguments a)
    {
        a.AssertValid();
        nint codes = a.TileCount * HammingArguments.TileCodes;
        for (int query = 0; query < a.QueryCount; query++)
        {
            for (nint code = 0; code < codes; code++)
            {
                (nint tile, nint lane) = (code / HammingArguments.TileCodes, code % HammingArguments.TileCodes);
                int distance = 0;
                for (int word = 0; word < a.Words; word++)
                {
                    ulong bits = a.Tiles[(tile * a.Words + word) * HammingArguments.TileCodes + lane];
                    distance += BitOperations.PopCount(a.Queries[(nint)query * a.Words + word] ^ bits);
                }
                a.Distances[query * codes + code] = distance;
            }
        }
    }
}
