using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Inverted lists (IVF) over binary codes: each code is in the list of its nearest centroid, and a search reads only
/// the lists whose centroids are nearest to the query. Approximate; with all lists read it is exact.
/// </summary>
/// <remarks>
/// Centroids are learnt from a sample by k-majority: a bit is what most members of a list have. Ties go to the smaller
/// number, and a bit to 0, so the same sample gives the same lists everywhere. Any number of threads may search at
/// once; adding and disposing need the index for themselves. The result never depends on the number of threads. A
/// search in steady state allocates nothing.
/// </remarks>
public sealed unsafe class BinaryIvfIndex : IBinaryIndex, IDisposable
{
    private readonly Kernel<HammingArguments> _kernel = KernelSet.Chosen.Hamming.Run;
    private readonly SearchMemory _memory = new();
    private readonly BinaryIndex _centroids;
    private readonly CodeList[] _lists;
    private readonly ThreadTeam _team;
    private readonly bool _ownsTeam;
    private int _probes;

    private BinaryIvfIndex(int bits, BinaryIndex centroids, int? threads)
    {
        (Bits, _centroids) = (bits, centroids);
        _lists = new CodeList[centroids.Count];
        for (int i = 0; i < _lists.Length; i++)
            _lists[i] = new CodeList(centroids.CodeBytes);
        _ownsTeam = threads is not null;
        _team = threads is { } count ? new ThreadTeam(count) : ThreadTeam.Shared;
        Probes = Math.Max(1, _lists.Length / 16);
    }

    /// <inheritdoc/>
    public int Bits { get; }

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Lists there are.</summary>
    public int Lists => _lists.Length;

    /// <summary>Lists that a search reads: more find more, and take longer. At first a sixteenth of them.</summary>
    public int Probes
    {
        get => _probes;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _probes = Math.Min(value, Lists);
        }
    }

    /// <summary>Learns centroids and makes an index without codes.</summary>
    /// <param name="bits">Length of a code.</param>
    /// <param name="sample">Codes to learn from, at least as many as lists.</param>
    /// <param name="lists">How many lists; the square root of the number of codes is a good start.</param>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    /// <exception cref="ArgumentException">The sample is not whole codes, or has too few.</exception>
    public static BinaryIvfIndex Train(int bits, ReadOnlySpan<byte> sample, int lists, int? threads = null)
    {
        BinaryIndex centroids = BinaryCentroids.Learn(bits, sample, lists, threads: 1);
        return new BinaryIvfIndex(bits, centroids, threads);
    }

    /// <summary>Adds whole codes, one after the other, and returns the id of the first.</summary>
    /// <exception cref="ArgumentException">They are no whole codes.</exception>
    public int Add(ReadOnlySpan<byte> codes)
    {
        _memory.RequireLive(this);
        int bytes = _centroids.CodeBytes, first = Count;
        if (codes.Length % bytes != 0)
            throw new ArgumentException($"{codes.Length} bytes are not whole codes of {bytes}.", nameof(codes));
        int[] nearest = new int[codes.Length / bytes];
        BinaryCentroids.Nearest(_centroids, codes, nearest);
        for (int i = 0; i < nearest.Length; i++)
            _lists[nearest[i]].Add(codes.Slice(i * bytes, bytes), Count++);
        return first;
    }

    /// <inheritdoc/>
    public int Search(ReadOnlySpan<byte> query, Span<BinaryHit> hits, IdSet? allowed = null)
    {
        _memory.RequireLive(this);
        IdSet.Require(allowed, Count);
        int probes = _probes, k = Math.Min(hits.Length, Count), words = _lists[0].Codes.Words;
        // Lists are of about one size: so many codes are read, more or less.
        long bytes = (long)Count * probes / Lists * words * sizeof(ulong);
        int shards = Math.Min(probes, ShardedRows.Shards(_team, bytes));
        long total = 0;
        long queryAt = SearchMemory.Reserve(ref total, (long)words * sizeof(ulong));
        long probedAt = SearchMemory.Reserve(ref total, (long)probes * sizeof(BinaryHit));
        long keptAt = SearchMemory.Reserve(ref total, ShardHits.Bytes(shards, k));
        long bestAt = SearchMemory.Reserve(ref total, (long)k * sizeof(Hit));
        NativeBlock memory = _memory.Take(total);
        try
        {
            byte* start = memory.Pointer;
            var probed = (BinaryHit*)(start + probedAt);
            ulong* asked = (ulong*)(start + queryAt);
            probes = _centroids.Search(query, new Span<BinaryHit>(probed, probes));
            if (k == 0)
                return 0;
            CodeStore.Widen(query, asked, words);
            var kept = new ShardHits(start + keptAt, shards, k);
            var scan = new ListScan
            {
                Kernel = _kernel,
                Lists = _lists,
                Probed = probed,
                Probes = probes,
                Query = asked,
                Kept = kept,
                Allowed = allowed is null ? null : allowed.Pointer,
            };
            ShardedRows.Run(_team, scan, shards);
            var best = new Span<Hit>(start + bestAt, k);
            int found = kept.Merge(best);
            for (int i = 0; i < found; i++)
                hits[i] = new BinaryHit(best[i].Id, -(int)best[i].Score);
            return found;
        }
        finally
        {
            GC.KeepAlive(allowed); // scans read it by its address
            _memory.Return(memory);
        }
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        _centroids.Dispose();
        foreach (CodeList list in _lists)
            list.Dispose();
        _memory.Dispose();
        if (_ownsTeam)
            _team.Dispose();
    }
}
