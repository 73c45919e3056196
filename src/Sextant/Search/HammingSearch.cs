using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Exact Hamming search over codes in tiles, by blocks of queries, on a team of threads.</summary>
internal sealed unsafe class HammingSearch(int bits, ThreadTeam team, SearchMemory memory)
{
    private const int QueriesInABlock = 64;
    private const long MaxMemory = 64 << 20;
    private const int NearBytes = HammingArguments.TileCodes * sizeof(ulong);

    // Below this a shard is not worth waking a thread.
    private const int MinShardBytes = 256 << 10;

    private readonly Kernel<HammingArguments> _kernel = KernelSet.Chosen.Hamming.Run;
    private readonly Kernel<HammingBatchArguments> _batchKernel = KernelSet.Chosen.HammingBatch.Run;

    /// <summary>The k nearest of each query; returns how many were written of each k.</summary>
    public int Nearest(
        TileSource codes, ReadOnlySpan<byte> queries, int codeBytes, int k, Span<BinaryHit> hits, IdSet? allowed)
    {
        int count = queries.Length / codeBytes;
        int found = Math.Min(k, codes.Count);
        if (found == 0 || count == 0)
            return found;
        int shards = Shards(codes);
        long perQuery = shards * NearestCodes.Bytes(bits, found);
        int atOnce = (int)Math.Clamp(MaxMemory / perQuery, HammingScan.QueriesAtOnce, QueriesInABlock);
        int written = found;
        for (int first = 0; first < count; first += atOnce)
        {
            int taken = Math.Min(atOnce, count - first);
            Scan(codes, queries.Slice(first * codeBytes, taken * codeBytes), codeBytes, found, shards, -1,
                hits[(first * k)..], k, allowed, out written);
        }
        return written;
    }

    /// <summary>All within a radius; returns how many there are, of which as many as fit are written.</summary>
    public int Within(
        TileSource codes, ReadOnlySpan<byte> query, int radius, Span<BinaryHit> hits, IdSet? allowed)
    {
        if (codes.Count == 0)
            return 0;
        // A state keeps one hit at least; without room for it, it is only counted.
        int k = Math.Clamp(hits.Length, 1, codes.Count);
        return (int)Scan(codes, query, query.Length, k, Shards(codes), Math.Min(radius, bits), hits, hits.Length,
            allowed, out _);
    }

    // Two shards a thread, so that one that is held up costs little.
    private int Shards(TileSource codes)
    {
        long bytes = (long)codes.Tiles * HammingArguments.TileCodes * codes.Words * sizeof(ulong);
        return team.Threads == 1 ? 1 : (int)Math.Clamp(bytes / MinShardBytes, 1, 2L * team.Threads);
    }

    // Returns how many codes are within the radius, where one is given.
    private long Scan(
        TileSource codes, ReadOnlySpan<byte> queries, int codeBytes, int k, int shards, int radius,
        Span<BinaryHit> hits, int hitStride, IdSet? allowed, out int written)
    {
        int count = queries.Length / codeBytes;
        long state = NearestCodes.Bytes(bits, k);
        long states = (long)shards * count;
        bool isBatch = radius < 0 && count >= HammingBatchScan.MinQueries;
        long total = 0;
        long startsAt = SearchMemory.Reserve(ref total, (bits + 2L) * sizeof(int));
        long queriesAt = SearchMemory.Reserve(ref total, (long)count * codes.Words * sizeof(ulong));
        long nearestAt = SearchMemory.Reserve(ref total, states * sizeof(NearestCodes));
        long keptAt = SearchMemory.Reserve(ref total, states * state);
        long work = isBatch ? BatchBytes(codes.Words, count, shards) : ScanBytes(shards);
        long workAt = SearchMemory.Reserve(ref total, work);
        NativeBlock block = memory.Take(total + 64);
        try
        {
            byte* start = (byte*)(((nint)block.Pointer + 63) & ~63);
            ulong* widened = (ulong*)(start + queriesAt);
            var nearest = (NearestCodes*)(start + nearestAt);
            for (int query = 0; query < count; query++)
                CodeStore.Widen(queries.Slice(query * codeBytes, codeBytes), widened + ((nint)query * codes.Words),
                    codes.Words);
            for (long i = 0; i < states; i++)
                nearest[i].Begin(start + keptAt + (i * state), bits, k, radius < 0 ? bits + 1 : radius + 1);
            ulong* permitted = allowed is null ? null : allowed.Pointer;
            long within = 0;
            if (isBatch)
                RunBatch(codes, widened, count, shards, nearest, start + workAt, permitted);
            else
                within = Run(codes, widened, count, shards, radius, nearest, start + workAt, permitted);
            var counts = new Span<int>(start + startsAt, bits + 2);
            written = 0;
            for (int query = 0; query < count && !hits.IsEmpty; query++)
                written = NearestCodes.Merge(nearest + query, shards, count, counts, k, hits[(query * hitStride)..]);
            return within;
        }
        finally
        {
            GC.KeepAlive(allowed); // scans read it by its address
            memory.Return(block);
        }
    }

    private long Run(
        TileSource codes, ulong* queries, int count, int shards, int radius, NearestCodes* nearest, byte* work,
        ulong* allowed)
    {
        long used = 0;
        var scan = new HammingScan
        {
            Kernel = _kernel,
            Codes = codes,
            Shards = shards,
            Queries = queries,
            QueryCount = count,
            Nearest = nearest,
            Distances = (int*)(work + SearchMemory.Reserve(
                ref used, (long)shards * HammingScan.DistancesPerShard * sizeof(int))),
            Radius = radius,
            Within = (long*)(work + used),
            Allowed = allowed,
        };
        team.Run(scan, shards);
        long within = 0;
        for (int shard = 0; shard < shards; shard++)
            within += scan.Within[shard];
        return within;
    }

    private void RunBatch(
        TileSource codes, ulong* queries, int count, int shards, NearestCodes* nearest, byte* work, ulong* allowed)
    {
        long used = 0, states = (long)shards * count;
        ushort* patterns = (ushort*)(work + SearchMemory.Reserve(ref used, PatternBytes(codes.Words, count)));
        HammingBatchArguments.Prepare(queries, count, codes.Words, patterns);
        team.Run(
            new HammingBatchScan
            {
                Kernel = _batchKernel,
                Codes = codes,
                Shards = shards,
                Queries = queries,
                Patterns = patterns,
                QueryCount = count,
                Nearest = nearest,
                Planes = (ulong*)(work + SearchMemory.Reserve(ref used, states * PlaneBytes(codes.Words))),
                Near = (ulong*)(work + SearchMemory.Reserve(ref used, states * NearBytes)),
                Limits = (int*)(work + used),
                Allowed = allowed,
            },
            shards);
    }

    private static long ScanBytes(int shards) =>
        Align((long)shards * HammingScan.DistancesPerShard * sizeof(int)) + ((long)shards * sizeof(long));

    private static long BatchBytes(int words, int count, int shards) =>
        Align(PatternBytes(words, count)) + ((long)shards * count * (PlaneBytes(words) + NearBytes + sizeof(int)));

    private static long PatternBytes(int words, int count) =>
        (long)count * words * HammingBatchArguments.PatternsPerWord * sizeof(ushort);

    private static long PlaneBytes(int words) =>
        (long)HammingBatchArguments.PlaneCount(words) * HammingArguments.TileCodes * sizeof(ulong);

    private static long Align(long bytes) => (bytes + 63) & ~63L;
}
