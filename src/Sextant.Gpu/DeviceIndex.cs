using Sextant.Backends;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Gpu;

/// <summary>
/// An index on disk whose codes are copied to a device and scanned there: binary ones, or rows of float32, float16,
/// bfloat16 or int8. What is rescored stays where it is mapped. It finds what <see cref="IndexReader"/> finds, in the
/// same order, with the same scores.
/// </summary>
/// <remarks>
/// Any number of threads may search, one scan after the other; disposing needs the index for itself. The reader stays
/// the caller's and must outlive this. A search in steady state allocates nothing.
/// </remarks>
public sealed class DeviceIndex : IVectorIndex, IDisposable
{
    private const int CodesAtOnce = 4096;

    private readonly IndexReader _reader;
    private readonly DeviceBinaryIndex? _codes;
    private readonly DeviceRows? _rows;
    private readonly int[] _ids; // of the codes on the device, ascending
    private readonly Lock _lock = new();
    private readonly float[] _prepared;
    private readonly byte[] _code;
    private readonly float[] _scaled;
    private BinaryHit[] _nearest = [];
    private int[] _candidates = [];
    private Hit[] _best = [];
    private IdSet? _allowed; // of the codes on the device
    private bool _disposed;

    /// <summary>Copies the codes of an index to a device.</summary>
    /// <param name="device">A <see cref="GpuDevice"/>.</param>
    /// <param name="reader">An index of binary codes, or of numbers of 8, 16 or 32 bits.</param>
    /// <param name="allowed">The only passages that will be found; null: all that are not deleted.</param>
    /// <exception cref="UnsupportedRequestException">
    /// The device is the processor, or the index scans another code, or longer ones than the device's kernels read.
    /// </exception>
    /// <exception cref="DeviceException">The device's memory is too small.</exception>
    /// <exception cref="InvalidIndexException">A code is damaged.</exception>
    public DeviceIndex(Device device, IndexReader reader, IdSet? allowed = null)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(reader);
        _reader = reader;
        int bits = reader.Definition.CodedDimensions;
        bool isBinary = reader.Definition.Code == VectorCode.Binary;
        GpuDriver driver = device is GpuDevice one ? one.Driver
            : throw new UnsupportedRequestException($"{device.Name} has no memory of its own: search the index itself.");
        if (isBinary ? bits > DeviceBinaryIndex.MaxBits : !HasRows(reader))
        {
            throw new UnsupportedRequestException(FormattableString.Invariant(
                $"{device.Name} scans binary codes of at most {DeviceBinaryIndex.MaxBits} bits, and rows of float32, ")
                + FormattableString.Invariant(
                    $"float16, bfloat16 and int8; this index scans {reader.Definition.Code} codes of {bits} ")
                + "dimensions, which the CPU does.");
        }
        _prepared = new float[bits];
        _code = new byte[isBinary ? BinaryCode.Bytes(bits) : reader.Rows.RowBytes];
        _scaled = new float[isBinary ? 0 : reader.Rows.QueryFloats];
        _ids = Ids(reader, allowed);
        if (isBinary)
            _codes = new DeviceBinaryIndex(device, bits);
        else
            _rows = new DeviceRows(driver, reader.Rows, _ids.Length);
        try
        {
            Copy();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Dimensions => _reader.Dimensions;

    /// <summary>How many passages can be found.</summary>
    public int Count => _ids.Length;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The query has another length or holds a NaN or infinity, or the options probe lists.
    /// </exception>
    /// <exception cref="UnsupportedRequestException">
    /// The options choose query bits, and the codes are not binary.
    /// </exception>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        options ??= SearchOptions.None;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Oversampling, 1);
        IdSet.Require(options.Allowed, _reader.Ids);
        if (options.Probes > 0)
            throw new ArgumentException(
                "a device compares all codes; lists are probed by the index itself.", nameof(options));
        int queryBits = SnapshotSearch.QueryBits(_reader.Definition, options);
        lock (_lock)
        {
            if (_codes is null)
                return SearchRows(query, hits, options);
            if (queryBits > 1)
                return SearchRounded(query, queryBits, hits, options);
            _reader.Encode(query, _prepared, _code);
            IdSet? allowed = options.Allowed is null ? null : OnDevice(options.Allowed);
            int wanted = (int)Math.Min((long)hits.Length * options.Oversampling, Count);
            if (_nearest.Length < wanted)
                _nearest = new BinaryHit[wanted];
            if (_candidates.Length < wanted)
                _candidates = new int[wanted];
            int found = _codes.Search(_code, wanted, _nearest, allowed);
            for (int i = 0; i < found; i++)
                _candidates[i] = _ids[_nearest[i].Id];
            return _reader.Score(query, _prepared, _candidates.AsSpan(0, found), hits, options.MinScore);
        }
    }

    // The device compares all codes; this processor takes the nearest.
    private int SearchRounded(ReadOnlySpan<float> query, int queryBits, Span<Hit> hits, SearchOptions options)
    {
        _reader.Prepare(query, _prepared);
        int wanted = (int)Math.Min((long)hits.Length * options.Oversampling, Count);
        if (_best.Length < wanted)
            _best = new Hit[wanted];
        if (_candidates.Length < wanted)
            _candidates = new int[wanted];
        var best = new BestHits(_best.AsSpan(0, wanted));
        ReadOnlySpan<int> distances = Distances(queryBits);
        for (int i = 0; i < distances.Length; i++)
        {
            if (-distances[i] > best.Worst && options.Allowed?.Contains(_ids[i]) != false)
                best.Offer(new Hit(_ids[i], -distances[i])); // ids ascend: a later one loses its tie
        }
        int found = best.Count;
        for (int i = 0; i < found; i++)
            _candidates[i] = _best[i].Id;
        return _reader.Score(query, _prepared, _candidates.AsSpan(0, found), hits, options.MinScore);
    }

    private ReadOnlySpan<int> Distances(int queryBits)
    {
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        return _codes!.Distances(_prepared, queryBits);
    }

    // Their scores are final.
    private unsafe int SearchRows(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions options)
    {
        _reader.Prepare(query, _prepared);
        fixed (float* memory = _scaled)
            return _reader.Best(query, Scores(memory), _ids, hits, options.Allowed, options.MinScore);
    }

    private unsafe ReadOnlySpan<float> Scores(float* memory)
    {
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        RowScorer scorer = _reader.Rows.Prepare(_prepared, memory);
        return _rows!.Score(in scorer);
    }

    // Ids of the index as positions on the device; the same where nothing was deleted or left out.
    private IdSet OnDevice(IdSet allowed)
    {
        if (_ids.Length == _reader.Ids)
            return allowed;
        _allowed ??= new IdSet(_ids.Length);
        for (int position = 0; position < _ids.Length; position++)
        {
            if (allowed.Contains(_ids[position]))
                _allowed.Add(position);
            else
                _allowed.Remove(position);
        }
        return _allowed;
    }

    /// <summary>Frees the codes on the device.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _codes?.Dispose();
            if (!_disposed)
                _rows?.Dispose();
            _disposed = true;
        }
    }

    private static bool HasRows(IndexReader reader) =>
        reader.Definition.Code is VectorCode.Float32 or VectorCode.Float16 or VectorCode.BFloat16 or VectorCode.Int8;

    private static int[] Ids(IndexReader reader, IdSet? allowed)
    {
        IdSet live = reader.Where(IndexFilter.Parse());
        if (allowed is not null)
            live.IntersectWith(allowed);
        var ids = new List<int>(live.Count);
        for (int id = 0; id < reader.Ids; id++)
        {
            if (live.Contains(id))
                ids.Add(id);
        }
        return [.. ids];
    }

    private void Copy()
    {
        int bytes = _code.Length;
        byte[] some = new byte[CodesAtOnce * bytes];
        for (int first = 0; first < _ids.Length; first += CodesAtOnce)
        {
            int count = Math.Min(CodesAtOnce, _ids.Length - first);
            for (int i = 0; i < count; i++)
                _reader.CopyCode(_ids[first + i], some.AsSpan(i * bytes, bytes));
            if (_codes is not null)
                _codes.Add(some.AsSpan(0, count * bytes));
            else
                _rows!.Add(some.AsSpan(0, count * bytes));
        }
    }
}
