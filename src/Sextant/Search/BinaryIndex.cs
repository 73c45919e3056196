using System.Globalization;
using Sextant.Codes;
using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Binary codes in memory, searched exactly by Hamming distance: every code is compared with every query.
/// </summary>
/// <remarks>
/// Codes are <see cref="BinaryCode"/>'s <c>ubinary</c>; any other order of bits works too, as long as queries have it
/// as well. Any number of threads may search at once; adding, clearing and disposing need the index for themselves.
/// The result never depends on the number of threads. A search in steady state allocates nothing.
/// </remarks>
public sealed unsafe class BinaryIndex : IDisposable
{
    /// <summary>Longest code.</summary>
    public const int MostBits = HammingArguments.MostWords * 64;

    private const int QueriesInABlock = 64;
    private const long MostMemory = 64 << 20;

    // Below this a shard is not worth waking a thread.
    private const int LeastShardBytes = 256 << 10;

    private readonly Kernel<HammingArguments> _kernel = KernelSet.Chosen.Hamming.Run;
    private readonly SearchMemory _memory = new();
    private readonly CodeStore _codes;
    private readonly ThreadTeam _team;
    private readonly bool _ownsTeam;

    /// <summary>Creates an empty index.</summary>
    /// <param name="bits">Length of a code; 1 to <see cref="MostBits"/>.</param>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    public BinaryIndex(int bits, int? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MostBits);
        Bits = bits;
        _codes = new CodeStore(CodeBytes);
        _ownsTeam = threads is not null;
        _team = threads is { } count ? new ThreadTeam(count) : ThreadTeam.Shared;
    }

    /// <summary>Length of a code.</summary>
    public int Bits { get; }

    /// <summary>Bytes of a code: ⌈Bits / 8⌉. What is left of the last byte is zero.</summary>
    public int CodeBytes => BinaryCode.Bytes(Bits);

    /// <summary>How many codes are held; their ids are 0 … Count − 1.</summary>
    public int Count => _codes.Count;

    /// <summary>Adds whole codes, one after the other, and returns the id of the first.</summary>
    /// <param name="codes">[n, CodeBytes], row by row.</param>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of a code's, or a bit behind a code's last one is set; nothing was added.
    /// </exception>
    public int Add(ReadOnlySpan<byte> codes)
    {
        RequireCodes(codes, nameof(codes));
        int first = Count;
        _ = checked(first + (codes.Length / CodeBytes));
        _codes.Add(codes);
        return first;
    }

    /// <summary>Forgets all codes and keeps the memory for the next ones.</summary>
    public void Clear() => _codes.Clear();

    /// <summary>Finds the nearest codes.</summary>
    /// <param name="query">[CodeBytes].</param>
    /// <param name="hits">Receives the hits, nearest first, then by id; its length is k.</param>
    /// <returns>How many hits were written: k, or all codes where there are fewer.</returns>
    /// <exception cref="ArgumentException">The query is no code of this index.</exception>
    public int Search(ReadOnlySpan<byte> query, Span<BinaryHit> hits)
    {
        RequireOneCode(query);
        return Search(query, hits.Length, hits);
    }

    /// <summary>Finds the nearest codes of several queries; many at once are faster than one after the other.</summary>
    /// <param name="queries">[n, CodeBytes], row by row.</param>
    /// <param name="k">How many hits are wanted for each.</param>
    /// <param name="hits">Receives [n, k], each query's nearest first, then by id.</param>
    /// <returns>How many hits were written of each k: k, or all codes where there are fewer.</returns>
    /// <exception cref="ArgumentException">
    /// A query is no code of this index, or there is no room for the hits.
    /// </exception>
    public int Search(ReadOnlySpan<byte> queries, int k, Span<BinaryHit> hits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        RequireCodes(queries, nameof(queries));
        int count = queries.Length / CodeBytes;
        if (hits.Length < (long)count * k)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{hits.Length} hits; {count} queries need {(long)count * k}."),
                nameof(hits));
        }
        int found = Math.Min(k, Count);
        if (found == 0)
            return 0;
        int shards = Shards();
        long perQuery = shards * NearestCodes.Bytes(Bits, found);
        int atOnce = (int)Math.Clamp(MostMemory / perQuery, HammingScan.QueriesAtOnce, QueriesInABlock);
        for (int first = 0; first < count; first += atOnce)
        {
            int taken = Math.Min(atOnce, count - first);
            Scan(queries.Slice(first * CodeBytes, taken * CodeBytes), found, shards, -1, hits[(first * k)..], k);
        }
        return found;
    }

    /// <summary>Finds all codes within a distance.</summary>
    /// <param name="query">[CodeBytes].</param>
    /// <param name="radius">The greatest distance that counts.</param>
    /// <param name="hits">Receives the hits, nearest first, then by id, as many as it has room for.</param>
    /// <returns>How many codes are within the radius; may be more than there was room for.</returns>
    /// <exception cref="ArgumentException">The query is no code of this index.</exception>
    public int SearchRange(ReadOnlySpan<byte> query, int radius, Span<BinaryHit> hits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(radius);
        RequireOneCode(query);
        RequireCodes(query, nameof(query));
        if (Count == 0)
            return 0;
        // A state keeps one hit at least; without room for it, it is only counted.
        int k = Math.Clamp(hits.Length, 1, Count);
        return (int)Scan(query, k, Shards(), Math.Min(radius, Bits), hits, hits.Length);
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        _codes.Dispose();
        _memory.Dispose();
        if (_ownsTeam)
            _team.Dispose();
    }

    // Two shards a thread, so that one that is held up costs little.
    private int Shards()
    {
        long bytes = (long)_codes.Tiles * HammingArguments.TileCodes * _codes.Words * sizeof(ulong);
        return _team.Threads == 1 ? 1 : (int)Math.Clamp(bytes / LeastShardBytes, 1, 2L * _team.Threads);
    }

    // Returns how many codes are within the radius, where one is given.
    private long Scan(ReadOnlySpan<byte> queries, int k, int shards, int radius, Span<BinaryHit> hits, int hitStride)
    {
        int count = queries.Length / CodeBytes;
        long state = NearestCodes.Bytes(Bits, k);
        long states = (long)shards * count;
        long starts = Align((Bits + 2L) * sizeof(int));
        long widened = Align((long)count * _codes.Words * sizeof(ulong));
        long distances = Align((long)shards * HammingScan.DistancesPerShard * sizeof(int));
        long within = Align((long)shards * sizeof(long));
        NativeBlock memory = _memory.Take(
            starts + widened + distances + within + Align(states * sizeof(NearestCodes)) + (states * state));
        try
        {
            byte* start = memory.Pointer;
            var scan = new HammingScan
            {
                Kernel = _kernel,
                Codes = _codes,
                Shards = shards,
                Queries = (ulong*)(start + starts),
                QueryCount = count,
                Nearest = (NearestCodes*)(start + starts + widened + distances + within),
                Distances = (int*)(start + starts + widened),
                Radius = radius,
                Within = (long*)(start + starts + widened + distances),
            };
            for (int query = 0; query < count; query++)
                _codes.Widen(queries.Slice(query * CodeBytes, CodeBytes), scan.Queries + ((nint)query * _codes.Words));
            byte* kept = (byte*)scan.Nearest + Align(states * sizeof(NearestCodes));
            for (long i = 0; i < states; i++)
                scan.Nearest[i].Begin(kept + (i * state), Bits, k, radius < 0 ? Bits + 1 : radius + 1);
            _team.Run(scan, shards);
            long total = 0;
            for (int shard = 0; shard < shards; shard++)
                total += scan.Within[shard];
            var counts = new Span<int>(start, Bits + 2);
            for (int query = 0; query < count && !hits.IsEmpty; query++)
                _ = NearestCodes.Merge(scan.Nearest + query, shards, count, counts, k, hits[(query * hitStride)..]);
            return total;
        }
        finally
        {
            _memory.Return(memory);
        }
    }

    private static long Align(long bytes) => (bytes + 63) & ~63L;

    private void RequireOneCode(ReadOnlySpan<byte> query)
    {
        if (query.Length != CodeBytes)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"the query has {query.Length} bytes; a code of {Bits} bits has {CodeBytes}."),
                nameof(query));
        }
    }

    private void RequireCodes(ReadOnlySpan<byte> codes, string name)
    {
        if (codes.Length % CodeBytes != 0)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{codes.Length} bytes are not whole codes of {CodeBytes}."), name);
        }
        int unused = (8 * CodeBytes) - Bits;
        if (unused == 0)
            return;
        for (int last = CodeBytes - 1; last < codes.Length; last += CodeBytes)
        {
            if ((codes[last] & ((1 << unused) - 1)) != 0)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"code {last / CodeBytes} has bits set behind its {Bits}; the {unused} lowest of its "
                            + $"last byte must be zero."),
                    name);
            }
        }
    }
}
