// Distances of a query in levels to codes of signs: the magnitudes where signs differ (kernels/NUMERICS.md, Weighted
// Hamming).   distances [N]
// Layout    codes in tiles of 256, as Hamming says. query [word][1 + planes]: signs, then the bits of the magnitudes.
// Groups    256 items, a code each.
// Order     integers: any order gives the same.
// Bound     memory in 4 bits.
using ILGPU;

namespace Sextant.Ilgpu.Kernels;

internal struct WeightedHammingArguments : IKernelArguments<WeightedHammingArguments>
{
    public ArrayView<ulong> Tiles;
    public int TileCount, CodeCount, Words;
    public ArrayView<ulong> Query;
    public int Planes;
    public ArrayView<int> Distances;

    public static WeightedHammingArguments Read(ref ArgumentReader from) => new()
    {
        Tiles = from.View<ulong>(),
        TileCount = from.Int(),
        CodeCount = from.Int(),
        Words = from.Int(),
        Query = from.View<ulong>(),
        Planes = from.Int(),
        Distances = from.View<int>(),
    };
}

internal static class WeightedHamming
{
    private const int TileCodes = 256;

    public static void Scan(WeightedHammingArguments a)
    {
        for (int tile = Grid.IdxX; tile < a.TileCount; tile += Grid.DimX)
        {
            int id = (tile * TileCodes) + Group.IdxX;
            if (id < a.CodeCount)
            {
                long code = ((long)tile * a.Words * TileCodes) + Group.IdxX;
                int distance = 0;
                for (int word = 0; word < a.Words; word++)
                {
                    int query = word * (1 + a.Planes);
                    ulong differs = a.Tiles[code + ((long)word * TileCodes)] ^ a.Query[query];
                    for (int plane = 0; plane < a.Planes; plane++)
                        distance += IntrinsicMath.PopCount(differs & a.Query[query + 1 + plane]) << plane;
                }
                a.Distances[id] = distance;
            }
        }
    }
}
