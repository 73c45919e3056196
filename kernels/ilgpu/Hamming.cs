// Hamming distances to bit codes and the k nearest, as the CPU finds them: distance first, then id.
// Layout    tiles of 256 codes, [tile][word][256] of 64 bits: neighbours in a group read neighbours in memory.
// Groups    256 items, a code each.
// Steps     Scan writes all distances (16 bits) and counts how often each occurs: from the counts follows that of the
//           k-th. Ties counts, for each tile, the codes at just that distance: from those follows which ids still
//           belong. Collect writes what belongs, in any order.
// Order     integers: counting them in any order gives the same.
// Filter    a bit for each code that may be found; the distance of the others is NotFound, which is none.
// Bound     one query: memory.
using ILGPU;

namespace Sextant.Ilgpu.Kernels;

internal struct HammingScanArguments : IKernelArguments<HammingScanArguments>
{
    public ArrayView<ulong> Tiles;
    public int TileCount, CodeCount, Words, Bits;
    public ArrayView<ulong> Queries;
    public int QueryCount;
    public ArrayView<ulong> Allowed;
    public int HasAllowed;
    public ArrayView<ushort> Distances;
    public long DistancesStride;
    public ArrayView<int> Counts;

    public static HammingScanArguments Read(ref ArgumentReader from) => new()
    {
        Tiles = from.View<ulong>(),
        TileCount = from.Int(),
        CodeCount = from.Int(),
        Words = from.Int(),
        Bits = from.Int(),
        Queries = from.View<ulong>(),
        QueryCount = from.Int(),
        Allowed = from.View<ulong>(),
        HasAllowed = from.Int(),
        Distances = from.View<ushort>(),
        DistancesStride = from.Long(),
        Counts = from.View<int>(),
    };
}

internal struct HammingTiesArguments : IKernelArguments<HammingTiesArguments>
{
    public ArrayView<ushort> Distances;
    public long DistancesStride;
    public int CodeCount, TileCount;
    public ArrayView<int> Limits, Ties;

    public static HammingTiesArguments Read(ref ArgumentReader from) => new()
    {
        Distances = from.View<ushort>(),
        DistancesStride = from.Long(),
        CodeCount = from.Int(),
        TileCount = from.Int(),
        Limits = from.View<int>(),
        Ties = from.View<int>(),
    };
}

internal struct HammingCollectArguments : IKernelArguments<HammingCollectArguments>
{
    public ArrayView<ushort> Distances;
    public long DistancesStride;
    public int CodeCount, TileCount;
    public ArrayView<int> Limits, LastIds;
    public int K;
    public ArrayView<int> Collected, Hits;

    public static HammingCollectArguments Read(ref ArgumentReader from) => new()
    {
        Distances = from.View<ushort>(),
        DistancesStride = from.Long(),
        CodeCount = from.Int(),
        TileCount = from.Int(),
        Limits = from.View<int>(),
        LastIds = from.View<int>(),
        K = from.Int(),
        Collected = from.View<int>(),
        Hits = from.View<int>(),
    };
}

internal struct ClearArguments : IKernelArguments<ClearArguments>
{
    public ArrayView<int> Values;
    public int Count;

    public static ClearArguments Read(ref ArgumentReader from) => new()
    {
        Values = from.View<int>(),
        Count = from.Int(),
    };
}

internal static class Hamming
{
    private const int TileCodes = 256;
    private const int ScanCounts = 4352; // 4 queries of 1024 bits, or one of 4096
    private const ushort NotFound = 0xFFFF;

    public static void Scan(HammingScanArguments a)
    {
        ArrayView<int> counts = SharedMemory.Allocate<int>(ScanCounts);
        int item = Group.IdxX;
        for (int i = item; i < a.QueryCount * (a.Bits + 1); i += TileCodes)
            counts[i] = 0;
        Group.Barrier();
        for (int tile = Grid.IdxX; tile < a.TileCount; tile += Grid.DimX)
        {
            int id = (tile * TileCodes) + item;
            bool wanted = id < a.CodeCount
                && (a.HasAllowed == 0 || ((a.Allowed[id >> 6] >> (id & 63)) & 1ul) != 0ul);
            if (wanted)
            {
                long code = ((long)tile * a.Words * TileCodes) + item;
                int d0 = 0, d1 = 0, d2 = 0, d3 = 0;
                for (int word = 0; word < a.Words; word++)
                {
                    ulong value = a.Tiles[code + ((long)word * TileCodes)];
                    d0 += IntrinsicMath.PopCount(value ^ a.Queries[word]);
                    if (a.QueryCount > 1)
                        d1 += IntrinsicMath.PopCount(value ^ a.Queries[a.Words + word]);
                    if (a.QueryCount > 2)
                        d2 += IntrinsicMath.PopCount(value ^ a.Queries[(2 * a.Words) + word]);
                    if (a.QueryCount > 3)
                        d3 += IntrinsicMath.PopCount(value ^ a.Queries[(3 * a.Words) + word]);
                }
                Found(a, counts, 0, id, d0);
                if (a.QueryCount > 1)
                    Found(a, counts, 1, id, d1);
                if (a.QueryCount > 2)
                    Found(a, counts, 2, id, d2);
                if (a.QueryCount > 3)
                    Found(a, counts, 3, id, d3);
            }
            else if (id < a.CodeCount)
            {
                for (int query = 0; query < a.QueryCount; query++)
                    a.Distances[(query * a.DistancesStride) + id] = NotFound;
            }
        }
        Group.Barrier();
        for (int i = item; i < a.QueryCount * (a.Bits + 1); i += TileCodes)
        {
            int count = counts[i];
            if (count != 0)
                Atomic.Add(ref a.Counts[i], count);
        }
    }

    /// <summary>A group for each 256 codes and query: how many are at the query's limit.</summary>
    public static void Ties(HammingTiesArguments a)
    {
        ArrayView<int> count = SharedMemory.Allocate<int>(1);
        int item = Group.IdxX;
        int query = Grid.IdxX / a.TileCount;
        int tile = Grid.IdxX % a.TileCount;
        int id = (tile * TileCodes) + item;
        if (item == 0)
            count[0] = 0;
        Group.Barrier();
        if (id < a.CodeCount && a.Distances[(query * a.DistancesStride) + id] == a.Limits[query])
            Atomic.Add(ref count[0], 1);
        Group.Barrier();
        if (item == 0)
            a.Ties[((long)query * a.TileCount) + tile] = count[0];
    }

    /// <summary>What is nearer than the limit, and what is at the limit up to the last id that belongs.</summary>
    public static void Collect(HammingCollectArguments a)
    {
        int query = Grid.IdxX / a.TileCount;
        int id = (Grid.IdxX % a.TileCount * TileCodes) + Group.IdxX;
        if (id >= a.CodeCount)
            return;
        int distance = a.Distances[(query * a.DistancesStride) + id];
        int limit = a.Limits[query];
        if (distance > limit || (distance == limit && id > a.LastIds[query]))
            return;
        int position = Atomic.Add(ref a.Collected[query], 1);
        if (position < a.K)
        {
            long hit = 2 * (((long)query * a.K) + position);
            a.Hits[hit] = id;
            a.Hits[hit + 1] = distance;
        }
    }

    /// <summary>Sets integers to zero.</summary>
    public static void Clear(ClearArguments a)
    {
        int i = (Grid.IdxX * 256) + Group.IdxX;
        if (i < a.Count)
            a.Values[i] = 0;
    }

    private static void Found(HammingScanArguments a, ArrayView<int> counts, int query, int id, int distance)
    {
        a.Distances[(query * a.DistancesStride) + id] = (ushort)distance;
        Atomic.Add(ref counts[(query * (a.Bits + 1)) + distance], 1);
    }
}
