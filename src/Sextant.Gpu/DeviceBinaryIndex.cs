using System.Buffers.Binary;
using System.Globalization;
using Sextant.Backends;
using Sextant.Codes;
using Sextant.Search;

namespace Sextant.Gpu;

/// <summary>
/// Binary codes in a device's memory, searched exactly by Hamming distance. It finds what <see cref="BinaryIndex"/>
/// finds, in the same order: distance, then id.
/// </summary>
/// <remarks>
/// Codes lie in tiles of 256, so that growing never copies one. Any number of threads may search, one after the other;
/// adding and disposing need the index for themselves. A search in steady state allocates nothing in this process.
/// </remarks>
public sealed unsafe class DeviceBinaryIndex : IDisposable
{
    /// <summary>Longest code.</summary>
    public const int MostBits = 4096;

    private const int TileCodes = 256;
    private const int ScanQueries = 4;
    private const int ScanCounts = 4352;
    private const long BlockBytes = 64 << 20;

    private readonly GpuDriver _driver;
    private readonly AddressSpace _space = new();
    private readonly GpuQueue _queue;
    private readonly Lock _lock = new();
    private readonly List<nint> _blocks = [];
    private readonly ulong[] _tile;
    private readonly int _blockTiles;
    private readonly int _words;
    private int[] _counts = [];  // memory of a search, which holds the lock
    private int[] _ties = [];
    private int[] _found = [];
    private readonly int[] _limits = new int[ScanQueries];
    private readonly int[] _atLimit = new int[ScanQueries];
    private readonly int[] _last = new int[ScanQueries];
    private nint _work;
    private bool _disposed;

    /// <summary>Creates an empty index.</summary>
    /// <param name="device">
    /// An <see cref="OpenClDevice"/> or a <see cref="CudaDevice"/>; it may be disposed afterwards.
    /// </param>
    /// <param name="bits">Length of a code; 1 to <see cref="MostBits"/>.</param>
    /// <exception cref="UnsupportedRequestException">
    /// The device is the processor: use <see cref="BinaryIndex"/>.
    /// </exception>
    public DeviceBinaryIndex(Device device, int bits)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, MostBits);
        GpuDriver driver = device switch
        {
            OpenClDevice one => one.Driver,
            CudaDevice one => one.Driver,
            _ => throw new UnsupportedRequestException($"{device.Name} has no memory of its own: use BinaryIndex."),
        };
        Bits = bits;
        _words = (bits + 63) / 64;
        _tile = new ulong[_words * TileCodes];
        _blockTiles = (int)Math.Clamp(Math.Min(BlockBytes, driver.LargestBlock) / TileBytes, 1, 1 << 20);
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
    }

    /// <summary>Length of a code.</summary>
    public int Bits { get; }

    /// <summary>Bytes of a code: ⌈Bits / 8⌉. What is left of the last byte is zero.</summary>
    public int CodeBytes => BinaryCode.Bytes(Bits);

    /// <summary>How many codes are held; their ids are 0 … Count − 1.</summary>
    public int Count { get; private set; }

    private long TileBytes => (long)_words * TileCodes * sizeof(ulong);

    private int Tiles => (int)(((long)Count + TileCodes - 1) / TileCodes);

    /// <summary>Adds whole codes, one after the other, and returns the id of the first.</summary>
    /// <param name="codes">[n, CodeBytes], row by row.</param>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of a code's, or bits behind its end are set.
    /// </exception>
    /// <exception cref="DeviceMemoryException">The device's memory is full; the codes before are kept.</exception>
    public int Add(ReadOnlySpan<byte> codes)
    {
        RequireCodes(codes, nameof(codes));
        int first = Count;
        _ = checked(first + (codes.Length / CodeBytes));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            while (!codes.IsEmpty)
            {
                int lane = Count % TileCodes;
                int taken = Math.Min(TileCodes - lane, codes.Length / CodeBytes);
                if (lane == 0)
                    Array.Clear(_tile);
                for (int i = 0; i < taken; i++)
                {
                    for (int word = 0; word < _words; word++)
                        _tile[(word * TileCodes) + lane + i] = Word(codes.Slice(i * CodeBytes, CodeBytes), word);
                }
                UploadTile(Count / TileCodes);
                Count += taken;
                codes = codes[(taken * CodeBytes)..];
            }
        }
        return first;
    }

    /// <summary>Finds the nearest codes of several queries.</summary>
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
                string.Create(
                    CultureInfo.InvariantCulture, $"{hits.Length} hits; {count} queries need {(long)count * k}."),
                nameof(hits));
        }
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            int found = Math.Min(k, Count);
            int atOnce = Math.Clamp(ScanCounts / (Bits + 1), 1, ScanQueries);
            for (int first = 0; first < count && found > 0; first += atOnce)
            {
                int taken = Math.Min(atOnce, count - first);
                Search(queries.Slice(first * CodeBytes, taken * CodeBytes), taken, found, hits[(first * k)..], k);
            }
            return found;
        }
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _queue.Dispose();
        foreach (nint block in _blocks)
            Free(block);
        if (_work != 0)
            Free(_work);
        _driver.Release();
    }

    private void UploadTile(int tile)
    {
        if (tile / _blockTiles == _blocks.Count)
            _blocks.Add(GpuWorkspace.Allocate(_driver, _space, _blockTiles * TileBytes, null));
        byte* staging = _queue.Staging(TileBytes);
        fixed (ulong* from = _tile)
            Buffer.MemoryCopy(from, staging, TileBytes, TileBytes);
        _queue.Upload(_space[_blocks[tile / _blockTiles]].Handle, tile % _blockTiles * TileBytes, staging, TileBytes);
        _queue.Finish();
    }

    private void Search(ReadOnlySpan<byte> queries, int count, int k, Span<BinaryHit> hits, int hitStride)
    {
        var memory = new Memory(this, count, k);
        UploadQueries(queries, count, memory);
        for (int block = 0; block < _blocks.Count; block++)
            Scan(block, count, memory);
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
    private static (int Limit, int AtLimit) Limit(ReadOnlySpan<int> counts, int k)
    {
        int below = 0;
        for (int distance = 0; ; distance++)
        {
            if (below + counts[distance] >= k)
                return (distance, k - below);
            below += counts[distance];
        }
    }

    private void UploadQueries(ReadOnlySpan<byte> queries, int count, in Memory memory)
    {
        long bytes = (long)count * _words * sizeof(ulong);
        ulong* staging = (ulong*)_queue.Staging(bytes);
        for (int query = 0; query < count; query++)
        {
            for (int word = 0; word < _words; word++)
                staging[(query * _words) + word] = Word(queries.Slice(query * CodeBytes, CodeBytes), word);
        }
        _queue.Upload(_space[memory.Queries].Handle, AddressSpace.Offset(memory.Queries), (byte*)staging, bytes);
        int cleared = count * (Bits + 1);
        Clear(memory.Counts, cleared);
        Clear(memory.Places, count);
    }

    private void Clear(nint address, int count)
    {
        var launch = new KernelLaunch(GpuKernel.ClearIntegers, (count + 255) / 256, 256);
        launch.Add(_space, address, sizeof(int));
        launch.Add(count);
        _queue.Launch(ref launch);
    }

    private void Scan(int block, int count, in Memory memory)
    {
        int firstId = block * _blockTiles * TileCodes;
        int codes = Math.Min(Count - firstId, _blockTiles * TileCodes);
        int tiles = (codes + TileCodes - 1) / TileCodes;
        var launch = new KernelLaunch(GpuKernel.HammingScan, Math.Min(tiles, 8 * _driver.Units), TileCodes);
        launch.Add(_space, _blocks[block], sizeof(ulong));
        launch.Add(tiles);
        launch.Add(codes);
        launch.Add(_words);
        launch.Add(Bits);
        launch.Add(_space, memory.Queries, sizeof(ulong));
        launch.Add(count);
        launch.Add(_space, memory.Distances + (nint)firstId * sizeof(ushort), sizeof(ushort));
        launch.Add((long)Count);
        launch.Add(_space, memory.Counts, sizeof(int));
        _queue.Launch(ref launch);
    }

    // The last id at the limit that belongs, for each query.
    private void LastIds(int count, in Memory memory)
    {
        int tiles = Tiles;
        var launch = new KernelLaunch(GpuKernel.HammingTies, (long)tiles * count, TileCodes);
        launch.Add(_space, memory.Distances, sizeof(ushort));
        launch.Add((long)Count);
        launch.Add(Count);
        launch.Add(tiles);
        launch.Add(_space, memory.Limits, sizeof(int));
        launch.Add(_space, memory.Ties, sizeof(int));
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
    private int IdOfTie(in Memory memory, int query, int tile, int limit, int n)
    {
        int first = tile * TileCodes;
        int length = Math.Min(TileCodes, Count - first);
        ushort* distances = stackalloc ushort[TileCodes];
        nint address = memory.Distances + (nint)((((long)query * Count) + first) * sizeof(ushort));
        _queue.Download(_space[address].Handle, AddressSpace.Offset(address), distances, length * sizeof(ushort));
        int id = 0;
        for (int seen = 0; ; id++)
        {
            if (distances[id] == limit && ++seen == n)
                return first + id;
        }
    }

    private void Collect(int count, int k, in Memory memory)
    {
        int tiles = Tiles;
        var launch = new KernelLaunch(GpuKernel.HammingCollect, (long)tiles * count, TileCodes);
        launch.Add(_space, memory.Distances, sizeof(ushort));
        launch.Add((long)Count);
        launch.Add(Count);
        launch.Add(tiles);
        launch.Add(_space, memory.Limits, sizeof(int));
        launch.Add(_space, memory.LastIds, sizeof(int));
        launch.Add(k);
        launch.Add(_space, memory.Places, sizeof(int));
        launch.Add(_space, memory.Hits, sizeof(int));
        _queue.Launch(ref launch);
    }

    // Into an array that is kept for the next search.
    private ReadOnlySpan<int> Read(nint address, int count, ref int[] values)
    {
        if (values.Length < count)
            values = new int[count];
        fixed (int* to = values)
            _queue.Download(_space[address].Handle, AddressSpace.Offset(address), to, (long)count * sizeof(int));
        return values.AsSpan(0, count);
    }

    private void Write(nint address, ReadOnlySpan<int> values)
    {
        long bytes = (long)values.Length * sizeof(int);
        byte* staging = _queue.Staging(bytes);
        fixed (int* from = values)
            Buffer.MemoryCopy(from, staging, bytes, bytes);
        _queue.Upload(_space[address].Handle, AddressSpace.Offset(address), staging, bytes);
        _queue.Finish();
    }

    private void Free(nint address)
    {
        _driver.Free(_space[address].Handle);
        _space.Remove(address);
    }

    private static ulong Word(ReadOnlySpan<byte> code, int word)
    {
        ReadOnlySpan<byte> rest = code[(word * sizeof(ulong))..];
        if (rest.Length >= sizeof(ulong))
            return BinaryPrimitives.ReadUInt64LittleEndian(rest);
        ulong value = 0;
        for (int i = 0; i < rest.Length; i++)
            value |= (ulong)rest[i] << (8 * i);
        return value;
    }

    private void RequireCodes(ReadOnlySpan<byte> codes, string name)
    {
        if (codes.Length % CodeBytes != 0)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture, $"{codes.Length} bytes are not whole codes of {CodeBytes}."), name);
        }
        int unused = (8 * CodeBytes) - Bits;
        for (int last = CodeBytes - 1; last < codes.Length && unused > 0; last += CodeBytes)
        {
            if ((codes[last] & ((1 << unused) - 1)) != 0)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"code {last / CodeBytes} has bits set behind its {Bits}."), name);
            }
        }
    }

    // One block of working memory for a search, cut into pieces.
    private readonly struct Memory
    {
        public Memory(DeviceBinaryIndex index, int queries, int k)
        {
            long next = 0;
            nint queriesAt = Piece((long)queries * index._words * sizeof(ulong));
            nint countsAt = Piece((long)queries * (index.Bits + 1) * sizeof(int));
            nint limitsAt = Piece((long)queries * sizeof(int));
            nint lastAt = Piece((long)queries * sizeof(int));
            nint placesAt = Piece((long)queries * sizeof(int));
            nint tiesAt = Piece((long)queries * index.Tiles * sizeof(int));
            nint hitsAt = Piece((long)queries * k * 2 * sizeof(int));
            nint distancesAt = Piece((long)queries * index.Count * sizeof(ushort));
            if (index._work != 0 && index._space[index._work].Bytes < next)
            {
                index.Free(index._work);
                index._work = 0;
            }
            if (index._work == 0)
                index._work = GpuWorkspace.Allocate(index._driver, index._space, next, null);
            nint start = index._work;
            (Queries, Counts, Limits, LastIds) = (start + queriesAt, start + countsAt, start + limitsAt, start
                + lastAt);
            (Places, Ties, Hits, Distances) = (start + placesAt, start + tiesAt, start + hitsAt, start + distancesAt);

            nint Piece(long bytes)
            {
                nint first = (nint)next;
                next += (bytes + 255) & ~255L;
                return first;
            }
        }

        public nint Queries { get; }

        public nint Counts { get; }

        public nint Limits { get; }

        public nint LastIds { get; }

        public nint Places { get; }

        public nint Ties { get; }

        public nint Hits { get; }

        public nint Distances { get; }
    }
}
