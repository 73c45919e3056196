using Sextant.Kernels.Hamming;

namespace Sextant.Kernels.WeightedHamming;

/// <summary>The specification: dimension by dimension, the magnitudes where the signs differ.</summary>
internal static unsafe class WeightedHammingReference
{
    public static void Run(in WeightedHammingArguments a)
    {
        a.AssertValid();
        const int TileCodes = HammingArguments.TileCodes;
        new Span<uint>(a.Near, a.QueryCount * WeightedHammingArguments.MaxQuads).Clear();
        for (int query = 0; query < a.QueryCount; query++)
        {
            sbyte* levels = a.Levels + ((nint)query * a.Words * WeightedHammingArguments.WordBits);
            int* distances = a.Distances + ((nint)query * WeightedHammingArguments.MaxCodes);
            uint* near = a.Near + ((nint)query * WeightedHammingArguments.MaxQuads);
            for (int code = 0; code < a.TileCount * TileCodes; code++)
            {
                (int tile, int lane) = (code / TileCodes, code % TileCodes);
                ulong* words = a.Tiles + ((nint)tile * a.Words * TileCodes) + lane;
                int distance = 0;
                for (int i = 0; i < a.Words * WeightedHammingArguments.WordBits; i++)
                {
                    // Dimension 0 is the most significant bit of the first byte, words are little-endian.
                    ulong word = words[i / WeightedHammingArguments.WordBits * TileCodes];
                    bool isPositive = ((word >> (i % WeightedHammingArguments.WordBits ^ 7)) & 1) != 0;
                    if (isPositive != levels[i] > 0)
                        distance += Math.Abs((int)levels[i]);
                }
                int place = WeightedHammingArguments.Place(tile, lane);
                distances[place] = distance;
                if (distance < a.Limits[query])
                    near[place / WeightedHammingArguments.QuadCodes] |=
                        1u << (place % WeightedHammingArguments.QuadCodes);
            }
        }
    }
}
