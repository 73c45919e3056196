using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>Exact Hamming search over codes in tiles, by blocks of queries, on a team of threads.</summary>
internal sealed unsafe class HammingSearch(int bits, ThreadTeam team, SearchMemory memory)
{
    private const int QueriesInABlock = 64;
    private const long MostMemory = 64 << 20;

    // Below this a shard is not worth waking a thread.
    private const int LeastShardBytes = 256 << 10;

    private readonly Kernel<HammingArguments> _kernel = KernelSet.Chosen.Hamming.Run;

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
        int atOnce = (int)Math.Clamp(MostMemory / perQuery, HammingScan.QueriesAtOnce, QueriesInABlock);
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
        return team.Threads == 1 ? 1 : (int)Math.Clamp(bytes / LeastShardBytes, 1, 2L * team.Threads);
    }

    // Returns how many codes are within the radius, where one is given.
    private long Scan(
        TileSource codes, ReadOnlySpan<byte> queries, int codeBytes, int k, int shards, int radius,
        Span<BinaryHit> hits, int hitStride, IdSet? allowed, out int written)
    {
        int count = queries.Length / codeBytes;
        long state = NearestCodes.Bytes(bits, k);
        long states = (long)shards * count;
        long starts = Align((bits + 2L) * sizeof(int));
        long widened = Align((long)count * codes.Words * sizeof(ulong));
        // Short scans do not pay for tables.
        bool isLong = codes.Tiles >= HammingScan.QueriesInABatch * shards;
        long scratch = isLong ? Align(HammingArguments.ScratchBytes(codes.Words, count)) : 0;
        long distances = Align((long)shards * HammingScan.DistancesPerShard(scratch > 0) * sizeof(int));
        long within = Align((long)shards * sizeof(long));
        NativeBlock block = memory.Take(
            starts + widened + distances + within + Align(states * sizeof(NearestCodes)) + (states * state)
                + 64 + (shards * scratch));
        try
        {
            byte* start = block.Pointer;
            var scan = new HammingScan
            {
                Kernel = _kernel,
                Codes = codes,
                Shards = shards,
                Queries = (ulong*)(start + starts),
                QueryCount = count,
                Nearest = (NearestCodes*)(start + starts + widened + distances + within),
                Distances = (int*)(start + starts + widened),
                Scratch = scratch == 0 ? null : (byte*)Align((long)(start + starts + widened + distances + within
                    + Align(states * sizeof(NearestCodes)) + (states * state))),
                ScratchBytes = scratch,
                Radius = radius,
                Within = (long*)(start + starts + widened + distances),
                Allowed = allowed is null ? null : allowed.Pointer,
            };
            for (int query = 0; query < count; query++)
            {
                CodeStore.Widen(
                    queries.Slice(query * codeBytes, codeBytes), scan.Queries + ((nint)query * codes.Words),
                    codes.Words);
            }
            byte* kept = (byte*)scan.Nearest + Align(states * sizeof(NearestCodes));
            for (long i = 0; i < states; i++)
                scan.Nearest[i].Begin(kept + (i * state), bits, k, radius < 0 ? bits + 1 : radius + 1);
            team.Run(scan, shards);
            long total = 0;
            for (int shard = 0; shard < shards; shard++)
                total += scan.Within[shard];
            var counts = new Span<int>(start, bits + 2);
            written = 0;
            for (int query = 0; query < count && !hits.IsEmpty; query++)
                written = NearestCodes.Merge(scan.Nearest + query, shards, count, counts, k, hits[(query * hitStride)..]);
            return total;
        }
        finally
        {
            memory.Return(block);
        }
    }

    private static long Align(long bytes) => (bytes + 63) & ~63L;
}
