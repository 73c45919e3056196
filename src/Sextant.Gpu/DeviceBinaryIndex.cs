using System.Globalization;
using System.Numerics;
using Sextant.Backends;
using Sextant.Kernels.WeightedHamming;
using Sextant.Search;

namespace Sextant.Gpu;

/// <summary>
/// Binary codes in a device's memory, searched exactly by Hamming distance. It finds what <see cref="BinaryIndex"/>
/// finds, in the same order: distance, then id.
/// </summary>
/// <remarks>
/// Any number of threads may search, one after the other; adding and disposing need the index for themselves. A search
/// in steady state allocates nothing in this process.
/// </remarks>
internal sealed unsafe class DeviceBinaryIndex : IDisposable
{
    /// <summary>Longest code.</summary>
    public const int MaxBits = 4096;

    // Of kernels/gpu/Hamming.h.
    private const int TileCodes = DeviceCodes.TileCodes;
    private const int ScanQueries = 4;
    private const int ScanCounts = 4352;

    private readonly GpuDriver _driver;
    private readonly AddressSpace _space = new();
    private readonly GpuQueue _queue;
    private readonly DeviceCodes _codes;
    private readonly Lock _lock = new();
    private int[] _counts = [];  // memory of a search, which holds the lock
    private int[] _ties = [];
    private int[] _found = [];
    private int[] _distances = [];
    private sbyte[] _levels = [];
    private readonly int[] _limits = new int[ScanQueries];
    private readonly int[] _atLimit = new int[ScanQueries];
    private readonly int[] _last = new int[ScanQueries];
    private nint _work;
    private bool _disposed;

    /// <summary>Creates an empty index.</summary>
    /// <param name="device">
    /// A <see cref="GpuDevice"/>; it may be disposed afterwards.
    /// </param>
    /// <param name="bits">Length of a code; 1 to <see cref="MaxBits"/>.</param>
    /// <exception cref="UnsupportedRequestException">
    /// The device is the processor: search the index itself.
    /// </exception>
    public DeviceBinaryIndex(Device device, int bits)
        : this(DriverOf(device), bits, DeviceCodes.BlockBytes)
    {
    }

    /// <summary>The same on a driver, with blocks of another size.</summary>
    internal DeviceBinaryIndex(GpuDriver driver, int bits, long blockBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MaxBits);
        Bits = bits;
        _driver = driver.Hold();
        try
        {
            _queue = driver.CreateQueue();
        }
        catch
        {
            driver.Release();
            throw;
        }
        _codes = new DeviceCodes(driver, _space, _queue, bits, blockBytes);
    }

    /// <summary>Length of a code.</summary>
    public int Bits { get; }

    /// <summary>Bytes of a code: ⌈Bits / 8⌉. What is left of the last byte is zero.</summary>
    public int CodeBytes => _codes.Bytes;

    /// <summary>How many codes are held; their ids are 0 … Count − 1.</summary>
    public int Count => _codes.Count;

    /// <summary>Adds whole codes, one after the other, and returns the id of the first.</summary>
    /// <param name="codes">[n, CodeBytes], row by row.</param>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of a code's, or bits after its end are set.
    /// </exception>
    /// <exception cref="DeviceException">The device's memory is full; the codes before are kept.</exception>
    public int Add(ReadOnlySpan<byte> codes)
    {
        _codes.Require(codes, nameof(codes));
        int first = Count;
        _ = checked(first + (codes.Length / CodeBytes));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _codes.Add(codes);
        }
        return first;
    }

    /// <summary>Finds the nearest codes of several queries.</summary>
    /// <param name="queries">[n, CodeBytes], row by row.</param>
    /// <param name="k">How many hits are wanted for each.</param>
    /// <param name="hits">Receives [n, k], each query's nearest first, then by id.</param>
    /// <param name="allowed">The only ids that may be found; null: all. It goes over with every search.</param>
    /// <returns>How many hits were written of each k: k, or all codes where there are fewer.</returns>
    /// <exception cref="ArgumentException">
    /// A query is no code of this index, there is no room for the hits, or the set has none for the ids.
    /// </exception>
    public int Search(ReadOnlySpan<byte> queries, int k, Span<BinaryHit> hits, IdSet? allowed = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        _codes.Require(queries, nameof(queries));
        int count = queries.Length / CodeBytes;
        if (hits.Length < (long)count * k)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture, $"{hits.Length} hits; {count} queries need {(long)count * k}."),
                nameof(hits));
        }
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            IdSet.Require(allowed, Count);
            int found = Math.Min(k, allowed is null ? Count : CountOf(allowed));
            int atOnce = Math.Clamp(ScanCounts / (Bits + 1), 1, ScanQueries);
            for (int first = 0; first < count && found > 0; first += atOnce)
            {
                int taken = Math.Min(atOnce, count - first);
                Search(
                    queries.Slice(first * CodeBytes, taken * CodeBytes), taken, found, hits[(first * k)..], k, allowed);
            }
            return found;
        }
    }

    /// <summary>The distances of all codes to a query in 4 or 8 bits (kernels/NUMERICS.md, Weighted Hamming).</summary>
    /// <param name="query">[Bits], finite.</param>
    /// <param name="queryBits">4 or 8.</param>
    /// <returns>[Count], valid until the next call: calls are one after the other.</returns>
    internal ReadOnlySpan<int> Distances(ReadOnlySpan<float> query, int queryBits)
    {
        int words = _codes.Words, planes = queryBits - 1;
        if (_levels.Length == 0)
            _levels = new sbyte[64 * words];
        QueryLevels.Quantize(query, queryBits, _levels);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            int asked = words * (1 + planes);
            nint distancesAt = ((asked * sizeof(ulong)) + 255) & ~255;
            Reserve(distancesAt + ((long)Count * sizeof(int)));
            byte* staging = _queue.Staging(asked * sizeof(ulong));
            QueryLevels.Spread(_levels, planes, new Span<ulong>(staging, asked));
            _queue.Upload(_space[_work].Handle, 0, staging, asked * sizeof(ulong));
            for (int block = 0; block < _codes.Blocks; block++)
            {
                (nint address, int firstId, int codes) = _codes.Block(block);
                int tiles = (codes + TileCodes - 1) / TileCodes;
                var launch = new KernelLaunch(GpuKernel.WeightedHamming, Math.Min(tiles, 6 * _driver.Units));
                launch.Add(_space, address, sizeof(ulong));
                launch.Add(tiles);
                launch.Add(codes);
                launch.Add(words);
                launch.Add(_space, _work, sizeof(ulong));
                launch.Add(planes);
                launch.Add(_space, _work + distancesAt + ((nint)firstId * sizeof(int)), sizeof(int));
                _queue.Launch(ref launch);
            }
            return Count == 0 ? [] : Read(distancesAt, Count, ref _distances);
        }
    }

    /// <summary>Frees the codes, when a search on another thread has come to its end.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
            _queue.Dispose();
            _codes.Dispose();
            FreeWork();
            _driver.Release();
        }
    }

    private static GpuDriver DriverOf(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device is GpuDevice one ? one.Driver
            : throw new UnsupportedRequestException($"{device.Name} has no memory of its own: use BinaryIndex.");
    }

    // Of the set, what is an id here.
    private int CountOf(IdSet allowed)
    {
        int count = 0;
        for (int word = 0; word < Count / 64; word++)
            count += BitOperations.PopCount(allowed.Pointer[word]);
        return Count % 64 == 0 ? count
            : count + BitOperations.PopCount(allowed.Pointer[Count / 64] & ((1ul << (Count % 64)) - 1));
    }

    private void Search(
        ReadOnlySpan<byte> queries, int count, int k, Span<BinaryHit> hits, int hitStride, IdSet? allowed)
    {
        var memory = new ScanMemory(_codes, Bits, count, k);
        Reserve(memory.Bytes);
        UploadQueries(queries, count, allowed, memory);
        Clear(memory.Counts, count * (Bits + 1));
        Clear(memory.Collected, count);
        for (int block = 0; block < _codes.Blocks; block++)
            Scan(block, count, allowed is not null, memory);
        ReadOnlySpan<int> counts = Read(memory.Counts, count * (Bits + 1), ref _counts);
        for (int query = 0; query < count; query++)
            (_limits[query], _atLimit[query]) = Limit(counts.Slice(query * (Bits + 1), Bits + 1), k);
        Write(memory.Limits, _limits.AsSpan(0, count));
        LastIds(count, memory);
        Collect(count, k, memory);
        ReadOnlySpan<int> found = Read(memory.Hits, 2 * count * k, ref _found);
        for (int query = 0; query < count; query++)
        {
            Span<BinaryHit> to = hits.Slice(query * hitStride, k);
            for (int i = 0; i < k; i++)
                to[i] = new BinaryHit(found[2 * ((query * k) + i)], found[(2 * ((query * k) + i)) + 1]);
            to.Sort(
                static (a, b) => a.Distance != b.Distance ? a.Distance.CompareTo(b.Distance) : a.Id.CompareTo(b.Id));
        }
    }

    // The distance of the k-th, and how many at that distance belong.
    private (int Limit, int AtLimit) Limit(ReadOnlySpan<int> counts, int k)
    {
        int below = 0;
        for (int distance = 0; distance < counts.Length; distance++)
        {
            if (below + counts[distance] >= k)
                return (distance, k - below);
            below += counts[distance];
        }
        throw DeviceException.CallFailed(
            _driver.Name,
            $"a scan counted {below} codes of at least {k}. This is a defect of the driver or of Sextant: "
            + "please report it with this line.", 0);
    }

    // Queries and what is allowed lie next to each other and go over in one piece.
    private void UploadQueries(ReadOnlySpan<byte> queries, int count, IdSet? allowed, in ScanMemory memory)
    {
        long allowedWords = allowed is null ? 0 : (long)_codes.Tiles * (TileCodes / 64);
        long bytes = memory.Allowed - memory.Queries + (allowedWords * sizeof(ulong));
        byte* staging = _queue.Staging(bytes);
        var words = new Span<ulong>(staging, count * _codes.Words);
        for (int query = 0; query < count; query++)
        {
            for (int word = 0; word < _codes.Words; word++)
            {
                words[(query * _codes.Words) + word] =
                    CodeStore.Word(queries.Slice(query * CodeBytes, CodeBytes), word);
            }
        }
        if (allowed is not null)
        {
            var to = new Span<ulong>(staging + (memory.Allowed - memory.Queries), (int)allowedWords);
            int there = (Count + 63) / 64;
            new ReadOnlySpan<ulong>(allowed.Pointer, there).CopyTo(to);
            GC.KeepAlive(allowed); // it was read by its address
            to[there..].Clear();
        }
        _queue.Upload(_space[_work].Handle, memory.Queries, staging, bytes);
    }

    private void Clear(nint offset, int count)
    {
        var launch = new KernelLaunch(GpuKernel.ClearIntegers, (count + 255) / 256);
        launch.Add(_space, _work + offset, sizeof(int));
        launch.Add(count);
        _queue.Launch(ref launch);
    }

    private void Scan(int block, int count, bool limited, in ScanMemory memory)
    {
        (nint address, int firstId, int codes) = _codes.Block(block);
        int tiles = (codes + TileCodes - 1) / TileCodes;
        // As many groups as a unit of an NVIDIA GPU has at once (kernels/gpu/ptx/account.txt): more would wait.
        var launch = new KernelLaunch(GpuKernel.HammingScan, Math.Min(tiles, 6 * _driver.Units));
        launch.Add(_space, address, sizeof(ulong));
        launch.Add(tiles);
        launch.Add(codes);
        launch.Add(_codes.Words);
        launch.Add(Bits);
        launch.Add(_space, _work + memory.Queries, sizeof(ulong));
        launch.Add(count);
        launch.Add(_space, _work + memory.Allowed + (firstId / 8), sizeof(ulong));
        launch.Add(limited);
        launch.Add(_space, _work + memory.Distances + (nint)firstId * sizeof(ushort), sizeof(ushort));
        launch.Add((long)Count);
        launch.Add(_space, _work + memory.Counts, sizeof(int));
        _queue.Launch(ref launch);
    }

    // The last id at the limit that belongs, for each query.
    private void LastIds(int count, in ScanMemory memory)
    {
        int tiles = _codes.Tiles;
        var launch = new KernelLaunch(GpuKernel.HammingTies, (long)tiles * count);
        AddDistances(ref launch, memory);
        launch.Add(_space, _work + memory.Ties, sizeof(int));
        _queue.Launch(ref launch);
        ReadOnlySpan<int> ties = Read(memory.Ties, tiles * count, ref _ties);
        for (int query = 0; query < count; query++)
        {
            int left = _atLimit[query];
            int tile = query * tiles;
            while (left > ties[tile])
                left -= ties[tile++];
            _last[query] = IdOfTie(memory, query, tile - (query * tiles), _limits[query], left);
        }
        Write(memory.LastIds, _last.AsSpan(0, count));
    }

    // The id of the n-th code at the limit in a tile.
    private int IdOfTie(in ScanMemory memory, int query, int tile, int limit, int n)
    {
        int first = tile * TileCodes;
        int length = Math.Min(TileCodes, Count - first);
        ushort* distances = stackalloc ushort[TileCodes];
        long offset = memory.Distances + ((((long)query * Count) + first) * sizeof(ushort));
        _queue.Download(_space[_work].Handle, offset, distances, length * sizeof(ushort));
        int id = 0;
        for (int seen = 0; ; id++)
        {
            if (distances[id] == limit && ++seen == n)
                return first + id;
        }
    }

    private void Collect(int count, int k, in ScanMemory memory)
    {
        var launch = new KernelLaunch(GpuKernel.HammingCollect, (long)_codes.Tiles * count);
        AddDistances(ref launch, memory);
        launch.Add(_space, _work + memory.LastIds, sizeof(int));
        launch.Add(k);
        launch.Add(_space, _work + memory.Collected, sizeof(int));
        launch.Add(_space, _work + memory.Hits, sizeof(int));
        _queue.Launch(ref launch);
    }

    private void AddDistances(ref KernelLaunch launch, in ScanMemory memory)
    {
        launch.Add(_space, _work + memory.Distances, sizeof(ushort));
        launch.Add((long)Count);
        launch.Add(Count);
        launch.Add(_codes.Tiles);
        launch.Add(_space, _work + memory.Limits, sizeof(int));
    }

    // Into an array that is kept for the next search.
    private ReadOnlySpan<int> Read(nint offset, int count, ref int[] values)
    {
        if (values.Length < count)
            values = new int[count];
        fixed (int* to = values)
            _queue.Download(_space[_work].Handle, offset, to, (long)count * sizeof(int));
        return values.AsSpan(0, count);
    }

    private void Write(nint offset, ReadOnlySpan<int> values)
    {
        long bytes = (long)values.Length * sizeof(int);
        byte* staging = _queue.Staging(bytes);
        fixed (int* from = values)
            Buffer.MemoryCopy(from, staging, bytes, bytes);
        _queue.Upload(_space[_work].Handle, offset, staging, bytes);
        _queue.Finish();
    }

    private void Reserve(long bytes)
    {
        if (_work != 0 && _space[_work].Bytes < bytes)
            FreeWork();
        if (_work == 0)
            _work = GpuWorkspace.Allocate(_driver, _space, bytes, null);
    }

    private void FreeWork()
    {
        if (_work == 0)
            return;
        _driver.Free(_space[_work].Handle);
        _space.Remove(_work);
        _work = 0;
    }
}
