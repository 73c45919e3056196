using Sextant.Codes;
using Sextant.Runtime;

namespace Sextant.Search;

/// <summary>
/// Documents of many vectors each (a vector for every token, as ColBERT makes them), found by MaxSim: for each vector
/// of the query the largest dot product with one of the document's, added up.
/// </summary>
/// <remarks>
/// <para>Khattab and Zaharia, "ColBERT", SIGIR 2020. Exact by default: every vector of every document is compared. With
/// an encoding of each document as one vector a search first takes candidates by one dot product for each document, and
/// orders these by MaxSim (MUVERA, Dhulipala et al., 2024).</para>
/// <para>The largest is taken in ascending order of the document's vectors, the sum is a chain in ascending order of
/// the query's. Any number of threads may search at once; adding and disposing need the index for themselves. The
/// result never depends on the number of threads. A search in steady state allocates nothing.</para>
/// </remarks>
public sealed unsafe class LateInteractionIndex : IDisposable
{
    private readonly SearchMemory _memory = new();
    private readonly FloatRows _vectors;
    private readonly List<int> _firsts = [0];
    private readonly FixedDimensionalEncoding? _encoding;
    private readonly FloatRows? _encoded;
    private readonly RowSearch? _encodedSearch;
    private readonly ThreadTeam _team;
    private readonly bool _ownsTeam;

    /// <summary>Creates an empty index.</summary>
    /// <param name="dimensions">Length of each vector.</param>
    /// <param name="repetitions">
    /// Of the encoding that searches take candidates by: more come nearer to MaxSim, and each takes
    /// 32 · <paramref name="dimensions"/> bytes of a document; 0: no encoding, every search compares everything.
    /// </param>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is negative, or the encoding would be longer than a vector can be.
    /// </exception>
    public LateInteractionIndex(int dimensions, int repetitions = 0, int? threads = null)
        : this(dimensions, repetitions == 0 ? null : new FixedDimensionalEncoding(dimensions, repetitions), threads)
    {
    }

    internal LateInteractionIndex(int dimensions, FixedDimensionalEncoding? encoding, int? threads = null)
    {
        if (encoding is not null && encoding.Inputs != dimensions)
            throw new ArgumentException(
                $"the encoding is for vectors of {encoding.Inputs}, not of {dimensions}.", nameof(encoding));
        _vectors = new FloatRows(dimensions);
        _ownsTeam = threads is not null;
        _team = threads is { } count ? new ThreadTeam(count) : ThreadTeam.Shared;
        if (encoding is null)
            return;
        (_encoding, _encoded) = (encoding, new FloatRows(encoding.Outputs));
        _encodedSearch = new RowSearch(
            new RowCodec(VectorCode.Float32, Metric.Dot, encoding.Outputs, null), _team, _memory);
    }

    /// <summary>Length of each vector.</summary>
    public int Dimensions => _vectors.Dimensions;

    /// <summary>How many documents are held; their ids are 0 … Count − 1.</summary>
    public int Count => _firsts.Count - 1;

    /// <summary>Adds a document and returns its id.</summary>
    /// <param name="vectors">[n, Dimensions], row by row; at least one.</param>
    /// <exception cref="ArgumentException">
    /// They are no whole vectors or none, or a value is not finite, or so large that the encoding overflows; nothing
    /// was added.
    /// </exception>
    public int Add(ReadOnlySpan<float> vectors)
    {
        _memory.RequireLive(this);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        if (vectors.IsEmpty)
            throw new ArgumentException("a document has at least one vector.", nameof(vectors));
        if (_encoding is null || vectors.Length % Dimensions != 0)
        {
            _vectors.Add(vectors); // which says what is wrong, if something is
        }
        else
        {
            float[] encoded = new float[_encoding.Outputs];
            FiniteValues.Require(vectors, nameof(vectors));
            _encoding.EncodeDocument(vectors, encoded);
            _encoded!.Add(encoded); // the step that can refuse a document comes first
            _vectors.Add(vectors);
        }
        _firsts.Add(_vectors.Count);
        return Count - 1;
    }

    /// <summary>Finds the documents with the largest MaxSim.</summary>
    /// <param name="query">[n, Dimensions], row by row.</param>
    /// <param name="hits">Receives the hits, best first; its length is k.</param>
    /// <param name="options">
    /// What the search is limited to. Oversampling says how many candidates an encoding takes for each hit.
    /// </param>
    /// <param name="exact">Whether every document is compared, also where there is an encoding.</param>
    /// <returns>How many hits were written.</returns>
    /// <exception cref="ArgumentException">The query is no whole vectors, or a value is not finite.</exception>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null, bool exact = false)
    {
        _memory.RequireLive(this);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        options ??= SearchOptions.None;
        IdSet.Require(options.Allowed, Count);
        if (query.IsEmpty || query.Length % Dimensions != 0)
            throw new ArgumentException($"{query.Length} values are not whole vectors of {Dimensions}.", nameof(query));
        FiniteValues.Require(query, nameof(query));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Oversampling, 1);
        bool scoresAll = _encoding is null || exact;
        int k = Math.Min(hits.Length, Count);
        int documents = scoresAll ? Count : (int)Math.Min((long)hits.Length * options.Oversampling, Count);
        if (k == 0)
            return 0;
        // Vectors of the query times vectors of documents of about one size.
        long work = (long)_vectors.Count * documents / Count * query.Length * sizeof(float);
        int shards = Math.Min(documents, ShardedRows.Shards(_team, work));
        long total = 0;
        long encodedAt = SearchMemory.Reserve(ref total, scoresAll ? 0 : (long)_encoding!.Outputs * sizeof(float));
        long candidatesAt = SearchMemory.Reserve(ref total, scoresAll ? 0 : (long)documents * sizeof(Hit));
        long keptAt = SearchMemory.Reserve(ref total, ShardHits.Bytes(shards, k));
        NativeBlock memory = _memory.Take(total);
        try
        {
            byte* start = memory.Pointer;
            var candidates = (Hit*)(start + candidatesAt);
            if (!scoresAll)
            {
                var encoded = new Span<float>(start + encodedAt, _encoding!.Outputs);
                _encoding.EncodeQuery(query, encoded);
                documents = _encodedSearch!.Search(
                    encoded, _encoded!.Blocks, new Span<Hit>(candidates, documents), options.Allowed,
                    float.NegativeInfinity);
            }
            var kept = new ShardHits(start + keptAt, shards, k);
            fixed (float* asked = query)
            {
                var scan = new LateInteractionScan
                {
                    Vectors = _vectors,
                    Firsts = _firsts,
                    Query = asked,
                    QueryVectors = query.Length / Dimensions,
                    Candidates = scoresAll ? null : candidates,
                    Documents = documents,
                    Kept = kept,
                    Allowed = options.Allowed is { } allowed ? allowed.Pointer : null,
                    MinScore = options.MinScore,
                };
                ShardedRows.Run(_team, scan, shards);
                return kept.Merge(hits);
            }
        }
        finally
        {
            GC.KeepAlive(options.Allowed); // scans read it by its address
            GC.KeepAlive(this);
            _memory.Return(memory);
        }
    }

    /// <summary>Frees the memory of searches.</summary>
    public void Dispose()
    {
        _memory.Dispose();
        if (_ownsTeam)
            _team.Dispose();
    }
}
