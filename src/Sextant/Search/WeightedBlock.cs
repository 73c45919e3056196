using System.Numerics;
using Sextant.Kernels.WeightedHamming;

namespace Sextant.Search;

/// <summary>What a scan writes of a block of codes for some queries, in memory of the search.</summary>
internal readonly unsafe struct WeightedBlock
{
    /// <summary>Lays it into memory of <see cref="Bytes"/>.</summary>
    public WeightedBlock(byte* memory, int queries)
    {
        Distances = (int*)memory;
        Near = (uint*)(Distances + ((nint)queries * WeightedHammingArguments.MaxCodes));
        Limits = (int*)(Near + ((nint)queries * WeightedHammingArguments.MaxQuads));
    }

    public int* Distances { get; }

    public uint* Near { get; }

    public int* Limits { get; }

    /// <summary>Bytes for so many queries; a multiple of 64 apart from each other where they lie in a row.</summary>
    public static long Bytes(int queries)
    {
        const int Each = WeightedHammingArguments.MaxCodes + WeightedHammingArguments.MaxQuads + 1;
        return (((long)queries * Each * sizeof(int)) + 63) & ~63L;
    }

    /// <summary>
    /// Asks for what is nearer than the worst kept hit, or as near where <paramref name="mayTie"/>: where ids do not
    /// ascend, a tie may win.
    /// </summary>
    public void Limit(int query, in BestHits best, bool mayTie) => Limits[query] =
        float.IsNegativeInfinity(best.Worst) ? int.MaxValue : -(int)best.Worst + (mayTie ? 1 : 0);

    /// <summary>
    /// The next code that is near, counted from the block's first; removes it. Negative: none is left.
    /// </summary>
    /// <param name="query">Number of the query.</param>
    /// <param name="quad">Where to go on; 0 at first.</param>
    /// <param name="distance">Its distance.</param>
    public int Next(int query, ref int quad, out int distance)
    {
        uint* near = Near + ((nint)query * WeightedHammingArguments.MaxQuads);
        for (; quad < WeightedHammingArguments.MaxQuads; quad++)
        {
            if (near[quad] == 0)
                continue;
            int place = (quad * WeightedHammingArguments.QuadCodes) + BitOperations.TrailingZeroCount(near[quad]);
            near[quad] &= near[quad] - 1;
            distance = Distances[((nint)query * WeightedHammingArguments.MaxCodes) + place];
            return WeightedHammingArguments.Code(place);
        }
        distance = 0;
        return -1;
    }
}
