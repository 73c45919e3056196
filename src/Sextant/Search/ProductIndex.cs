using Sextant.Codes;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary><see cref="ProductCode"/>s in memory, searched exactly by asymmetric distance.</summary>
/// <remarks>
/// Any number of threads may search at once; adding and disposing need the index for themselves. The result never
/// depends on the number of threads. A search in steady state allocates nothing.
/// </remarks>
public sealed unsafe class ProductIndex : IVectorIndex, IDisposable
{
    private const int BlockCodes = 1 << 16;

    private readonly SearchMemory _memory = new();
    private readonly List<NativeBlock> _blocks = [];
    private readonly ProductCode _code;
    private readonly ProductSearch _search;
    private readonly ThreadTeam _team;
    private readonly bool _ownsTeam;
    private RowBlock[] _rows = [];

    /// <summary>Creates an empty index.</summary>
    /// <param name="code">How vectors are encoded.</param>
    /// <param name="metric">The dot product or the distance; for cosines, scale the vectors before.</param>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    public ProductIndex(ProductCode code, Metric metric = Metric.Dot, int? threads = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        if (metric is not (Metric.Dot or Metric.SquaredDistance))
            throw new ArgumentException("scale vectors to length one and take the dot product.", nameof(metric));
        _code = code;
        _ownsTeam = threads is not null;
        _team = threads is { } count ? new ThreadTeam(count) : ThreadTeam.Shared;
        _search = new ProductSearch(code, metric == Metric.SquaredDistance, _team, _memory);
    }

    /// <inheritdoc/>
    public int Dimensions => _code.Dimensions;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Adds whole vectors, one after the other, and returns the id of the first.</summary>
    /// <exception cref="ArgumentException">They are no whole vectors, or a value is not finite.</exception>
    public int Add(ReadOnlySpan<float> vectors)
    {
        _memory.RequireLive(this);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        if (vectors.Length % Dimensions != 0)
            throw new ArgumentException(
                $"{vectors.Length} values are not whole vectors of {Dimensions}.", nameof(vectors));
        FiniteValues.Require(vectors, nameof(vectors));
        int first = Count;
        for (; !vectors.IsEmpty; vectors = vectors[Dimensions..], Count++)
        {
            if (Count / BlockCodes == _blocks.Count)
                _blocks.Add(new NativeBlock((long)BlockCodes * _code.Parts));
            byte* row = _blocks[Count / BlockCodes].Pointer + ((long)(Count % BlockCodes) * _code.Parts);
            _code.Encode(vectors[..Dimensions], new Span<byte>(row, _code.Parts));
        }
        _rows = new RowBlock[(Count + BlockCodes - 1) / BlockCodes];
        for (int i = 0; i < _rows.Length; i++)
        {
            int id = i * BlockCodes;
            _rows[i] = new RowBlock(_blocks[i].Pointer, Math.Min(BlockCodes, Count - id), id);
        }
        return first;
    }

    /// <inheritdoc/>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        _memory.RequireLive(this);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        options ??= SearchOptions.None;
        IdSet.Require(options.Allowed, Count);
        int found = _search.Search(query, _rows, hits, options.Allowed, options.MinScore);
        GC.KeepAlive(this); // rows are read by their addresses
        return found;
    }

    /// <summary>Frees the codes.</summary>
    public void Dispose()
    {
        _rows = [];
        foreach (NativeBlock block in _blocks)
            block.Dispose();
        _blocks.Clear();
        Count = 0;
        _memory.Dispose();
        if (_ownsTeam)
            _team.Dispose();
    }
}
