using System.Globalization;
using Sextant.Codes;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Vectors in memory as float32, float16, bfloat16 or int8, searched exactly by dot product, cosine or distance: every
/// stored row is compared with the query, which stays float32.
/// </summary>
/// <remarks>
/// The scores are those of the stored values, widened exactly, in the 32 lanes of kernels/NUMERICS.md: the same bits on
/// every machine and for any number of threads. Any number of threads may search at once; adding, clearing and
/// disposing need the index for themselves. A search in steady state allocates nothing.
/// </remarks>
public sealed unsafe class ExactIndex : IVectorIndex, IDisposable
{
    /// <summary>Maximum number of dimensions: a vector of so many float32 takes 1 GiB.</summary>
    public const int MaxDimensions = 1 << 28;

    private const int BlockBytes = 4 << 20;

    private readonly SearchMemory _memory = new();
    private readonly List<NativeBlock> _blocks = [];
    private readonly RowCodec _codec;
    private readonly RowSearch _search;
    private readonly ThreadTeam _team;
    private readonly bool _ownsTeam;
    private readonly int _blockRows;
    private RowBlock[] _rows = [];

    /// <summary>Creates an empty index.</summary>
    /// <param name="dimensions">Length of each vector; 1 to <see cref="MaxDimensions"/>.</param>
    /// <param name="code">
    /// What vectors are kept as; not <see cref="VectorCode.Binary"/>, which has an index of its own.
    /// </param>
    /// <param name="metric">What the scores are.</param>
    /// <param name="ranges">For <see cref="VectorCode.Int8"/>: the ranges of a calibration set.</param>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    public ExactIndex(
        int dimensions, VectorCode code = VectorCode.Float32, Metric metric = Metric.Dot, CodeRanges? ranges = null,
        int? threads = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, MaxDimensions);
        if (code == VectorCode.Binary)
            throw new ArgumentException("binary codes are BinaryIndex's, or RescoredIndex's.", nameof(code));
        if (code is VectorCode.ResidualBinary or VectorCode.Product)
            throw new ArgumentException($"these codes are {code}Index's.", nameof(code));
        _codec = new RowCodec(code, metric, dimensions, ranges);
        _blockRows = Math.Max(1, BlockBytes / _codec.RowBytes);
        _ownsTeam = threads is not null;
        _team = threads is { } count ? new ThreadTeam(count) : ThreadTeam.Shared;
        _search = new RowSearch(_codec, _team, _memory);
    }

    /// <inheritdoc/>
    public int Dimensions => _codec.Dimensions;

    /// <summary>How many vectors are held; their ids are 0 … Count − 1.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that a vector takes.</summary>
    public int VectorBytes => _codec.RowBytes;

    /// <summary>Adds whole vectors, one after the other, and returns the id of the first.</summary>
    /// <param name="vectors">[n, Dimensions], row by row.</param>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of the dimensions, or a value is NaN, infinite, or beyond the code's range; nothing
    /// was added.
    /// </exception>
    public int Add(ReadOnlySpan<float> vectors)
    {
        _memory.RequireLive(this);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        if (vectors.Length % Dimensions != 0)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{vectors.Length} values are not whole vectors of {Dimensions} dimensions."), nameof(vectors));
        }
        FiniteValues.Require(vectors, nameof(vectors));
        int first = Count;
        _ = checked(first + (vectors.Length / Dimensions));
        int id = first;
        for (; !vectors.IsEmpty; vectors = vectors[Dimensions..], id++)
        {
            if (id / _blockRows == _blocks.Count)
                _blocks.Add(new NativeBlock((long)_blockRows * _codec.RowBytes));
            byte* row = _blocks[id / _blockRows].Pointer + ((long)(id % _blockRows) * _codec.RowBytes);
            _codec.Encode(vectors[..Dimensions], new Span<byte>(row, _codec.RowBytes));
        }
        Count = id;
        ListRows();
        return first;
    }

    /// <summary>Forgets all vectors and keeps the memory for the next ones.</summary>
    public void Clear()
    {
        Count = 0;
        ListRows();
    }

    /// <inheritdoc/>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        _memory.RequireLive(this);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        if (query.Length != Dimensions)
        {
            throw new ArgumentException(
                $"the query has {query.Length} values; this index holds vectors of {Dimensions}.", nameof(query));
        }
        FiniteValues.Require(query, nameof(query));
        options ??= SearchOptions.None;
        IdSet.Require(options.Allowed, Count);
        return Search(query, hits, options.Allowed, options.MinScore);
    }

    /// <summary>
    /// Finds the nearest vectors of several queries in one pass: each vector is read once for all of them.
    /// </summary>
    /// <remarks>Every query has the hits, to the bit, that it has alone.</remarks>
    /// <param name="queries">[n, Dimensions], row by row.</param>
    /// <param name="k">How many hits are wanted for each.</param>
    /// <param name="hits">Receives [n, k], each query's best first, then by id.</param>
    /// <param name="found">[n]: receives how many hits of each k were written.</param>
    /// <param name="options">What the search is limited to; null for no limits.</param>
    /// <exception cref="ArgumentException">
    /// The queries are no whole vectors, or hold a NaN or infinity, or there is no room for the hits.
    /// </exception>
    public void Search(
        ReadOnlySpan<float> queries, int k, Span<Hit> hits, Span<int> found, SearchOptions? options = null)
    {
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        ArgumentOutOfRangeException.ThrowIfNegative(k);
        if (queries.Length % Dimensions != 0)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{queries.Length} values are not whole queries of {Dimensions} dimensions."), nameof(queries));
        }
        FiniteValues.Require(queries, nameof(queries));
        int count = queries.Length / Dimensions;
        if (found.Length < count || hits.Length < (long)count * k)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{hits.Length} hits and {found.Length} counts; {count} queries need {(long)count * k} and "
                    + $"{count}."),
                nameof(hits));
        }
        options ??= SearchOptions.None;
        IdSet.Require(options.Allowed, Count);
        _search.Search(queries, _rows, k, hits, found, options.Allowed, options.MinScore);
        GC.KeepAlive(this); // rows are read by their addresses
    }

    /// <summary>The same without an object for the limits.</summary>
    internal int Search(ReadOnlySpan<float> query, Span<Hit> hits, IdSet? allowed, float minScore)
    {
        int found = _search.Search(query, _rows, hits, allowed, minScore);
        GC.KeepAlive(this); // rows are read by their addresses
        return found;
    }

    /// <summary>Frees the vectors.</summary>
    public void Dispose()
    {
        foreach (NativeBlock block in _blocks)
            block.Dispose();
        _blocks.Clear();
        Clear();
        _memory.Dispose();
        if (_ownsTeam)
            _team.Dispose();
    }

    private void ListRows()
    {
        _rows = new RowBlock[(Count + _blockRows - 1) / _blockRows];
        for (int i = 0; i < _rows.Length; i++)
        {
            int first = i * _blockRows;
            _rows[i] = new RowBlock(_blocks[i].Pointer, Math.Min(_blockRows, Count - first), first);
        }
    }
}
