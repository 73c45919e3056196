using Sextant.Codes;
using Sextant.Kernels.Hamming;
using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>
/// Finds the nearest in the segments of a commit: a scan of codes, and where there is more, rescoring.
/// </summary>
/// <remarks>Thread-safe. In steady state a search allocates nothing.</remarks>
internal sealed unsafe partial class SnapshotSearch
{
    private const int DefaultQueryBits = 4;

    private readonly IndexSnapshot _snapshot;
    private readonly int[] _firstIds;
    private readonly ThreadTeam _team;
    private readonly SearchMemory _memory;
    private readonly HammingSearch? _hamming;
    private readonly WeightedHammingSearch? _weighted;
    private readonly SegmentTiles? _tiles;
    private readonly ListSearch? _lists;
    private readonly ResidualBinarySearch? _residual;
    private readonly ResidualBinarySegments? _levels;
    private readonly ProductSearch? _product;
    private readonly RaBitQSearch? _rabitq;
    private readonly RaBitQSegments? _packed;
    private readonly RowSearch? _rows;
    private readonly RowBlock[] _blocks = [];

    public SnapshotSearch(IndexSnapshot snapshot, int[] firstIds, ThreadTeam team, SearchMemory memory)
    {
        (_snapshot, _firstIds, _team, _memory) = (snapshot, firstIds, team, memory);
        IndexDefinition definition = snapshot.Definition;
        CodeLayout layout = snapshot.Codes.Layout;
        switch (definition.Code)
        {
            case VectorCode.Binary:
                _hamming = new HammingSearch(definition.CodedDimensions, team, memory);
                _weighted = new WeightedHammingSearch(definition.CodedDimensions, team, memory);
                _tiles = new SegmentTiles(snapshot.Segments, firstIds, layout);
                if (definition.Lists > 0)
                    _lists = new ListSearch(snapshot, firstIds, _hamming, team, memory);
                return;
            case VectorCode.ResidualBinary:
                _residual = new ResidualBinarySearch(definition.ResidualBinary!, team, memory);
                _levels = new ResidualBinarySegments(snapshot.Segments, firstIds, layout);
                return;
            case VectorCode.RaBitQ:
                _rabitq = new RaBitQSearch(
                    definition.RaBitQ!, definition.Metric == Metric.SquaredDistance, team, memory);
                _packed = new RaBitQSegments(snapshot.Segments, firstIds, layout);
                return;
            case VectorCode.Product:
                _product = new ProductSearch(definition.Product!, definition.Metric == Metric.SquaredDistance, team,
                    memory);
                break;
            default:
                _rows = new RowSearch(snapshot.Codes.Rows, team, memory);
                break;
        }
        _blocks = new RowBlock[snapshot.Segments.Count];
        for (int i = 0; i < _blocks.Length; i++)
        {
            Segment one = snapshot.Segments[i];
            _blocks[i] = new RowBlock(
                one.Codes.Start, one.Rows, firstIds[i], one.Codes.IsChecked ? null : new SectionGuard(one.Codes));
        }
    }

    private IndexDefinition Definition => _snapshot.Definition;

    /// <summary>Finds the nearest.</summary>
    /// <param name="query">[Dimensions], finite.</param>
    /// <param name="hits">Receives the hits, best first.</param>
    /// <param name="most">How many there are to be found.</param>
    /// <param name="options">What the search is limited to, but for ids.</param>
    /// <param name="allowed">The only ids that may be found, none of them deleted; null: all.</param>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, int most, SearchOptions options, IdSet? allowed)
    {
        Require(options);
        int queryBits = QueryBits(Definition, options);
        bool isFinal = Definition.Code != VectorCode.Binary && Definition.Rescore is null;
        int wanted = isFinal ? 0 : (int)Math.Min((long)hits.Length * options.Oversampling, most);
        if (hits.Length == 0 || most == 0)
            return 0;
        long total = 0;
        long preparedAt = SearchMemory.Reserve(ref total, (long)Definition.CodedDimensions * sizeof(float));
        long hitsAt = SearchMemory.Reserve(ref total, (long)wanted * sizeof(Hit));
        long idsAt = SearchMemory.Reserve(ref total, (long)wanted * sizeof(int));
        NativeBlock memory = _memory.Take(total);
        try
        {
            var prepared = new Span<float>(memory.Pointer + preparedAt, Definition.CodedDimensions);
            _snapshot.Codes.Prepare(query, prepared);
            if (isFinal)
                return Scan(prepared, hits, allowed, options.MinScore);
            var ids = new Span<int>(memory.Pointer + idsAt, wanted);
            ids = ids[..Candidates(prepared, memory.Pointer + hitsAt, ids, queryBits, options.Probes, allowed)];
            return Score(query, prepared, ids, hits, options.MinScore);
        }
        finally
        {
            _memory.Return(memory);
        }
    }

    /// <summary>Scores some vectors as a search does after its scan, and finds the best of them.</summary>
    /// <param name="query">[Dimensions], finite.</param>
    /// <param name="prepared">[CodedDimensions]: what the codes are compared with.</param>
    /// <param name="ids">
    /// The vectors, whose codes were checked; put into ascending order, which is that of the files.
    /// </param>
    /// <param name="hits">Receives the hits, best first.</param>
    /// <param name="minScore">Hits with smaller scores are left out.</param>
    public int Score(
        ReadOnlySpan<float> query, ReadOnlySpan<float> prepared, Span<int> ids, Span<Hit> hits, float minScore)
    {
        ids.Sort();
        return Definition.Rescore is null
            ? ScoreSigns(prepared, ids, hits, minScore)
            : Rescore(query, ids, hits, minScore);
    }

    private int Rescore(ReadOnlySpan<float> query, ReadOnlySpan<int> ids, Span<Hit> hits, float minScore)
    {
        RowCodec vectors = _snapshot.Vectors!;
        NativeBlock memory = _memory.Take((long)vectors.QueryFloats * sizeof(float));
        try
        {
            RowScorer scorer = vectors.Prepare(query, (float*)memory.Pointer);
            var best = new BestHits(hits);
            Section rows = null!;
            int first = 0, end = 0; // ids of the segment that has the rows; ids ascend
            foreach (int id in ids)
            {
                if (id >= end)
                {
                    int position = Locate(id, out _);
                    (rows, first) = (_snapshot.Segments[position].Vectors!, _firstIds[position]);
                    end = first + _snapshot.Segments[position].Rows;
                }
                long at = (long)(id - first) * vectors.RowBytes;
                if (!rows.IsChecked)
                    rows.Bytes(at, vectors.RowBytes);
                float score;
                scorer.Score(rows.Start + at, 1, &score);
                if (!(score < minScore))
                    best.Offer(new Hit(id, score));
            }
            return best.Sort();
        }
        finally
        {
            _memory.Return(memory);
        }
    }

    /// <summary>The segment of a row; where there is no row with the id, the row is none of the segment's.</summary>
    public int Locate(int id, out int row)
    {
        int position = Array.BinarySearch(_firstIds, id);
        if (position < 0)
            position = ~position - 1;
        while (position >= 0 && position + 1 < _firstIds.Length && _firstIds[position + 1] == id)
            position++;
        row = position < 0 ? -1 : id - _firstIds[position];
        return position;
    }

    // Hits as good as the code allows.
    private int Scan(ReadOnlySpan<float> prepared, Span<Hit> hits, IdSet? allowed, float minScore)
    {
        if (_residual is not null)
            return _residual.Search(prepared, _levels!, Definition.Metric == Metric.Cosine, hits, allowed, minScore);
        if (_rabitq is not null)
            return _rabitq.Search(prepared, _packed!, hits, allowed, minScore);
        return _product is not null
            ? _product.Search(prepared, _blocks, hits, allowed, minScore)
            : _rows!.Search(prepared, _blocks, hits, allowed, minScore);
    }

    // The best of a scan by their codes alone.
    private int Candidates(
        ReadOnlySpan<float> prepared, byte* memory, Span<int> ids, int queryBits, int probes, IdSet? allowed)
    {
        var hits = new Span<Hit>(memory, ids.Length);
        if (_hamming is null)
            return Ids(hits[..Scan(prepared, hits, allowed, float.NegativeInfinity)], ids);
        if (queryBits > 1 && probes == 0)
            return Ids(hits[.._weighted!.Nearest(_tiles!, prepared, queryBits, ids.Length, hits, allowed)], ids);
        int bytes = _snapshot.Codes.Layout.RowBytes;
        Span<byte> code = stackalloc byte[bytes];
        _snapshot.Codes.EncodePrepared(prepared, code);
        if (probes > 0)
            return Ids(hits[.._lists!.Nearest(code, prepared, queryBits, probes, hits, allowed)], ids);
        var nearest = new Span<BinaryHit>(memory, ids.Length);
        int found = Nearest(code, bytes, ids.Length, nearest, allowed);
        for (int i = 0; i < found; i++)
            ids[i] = nearest[i].Id;
        return found;
    }

    // Refuses what this index does not do.
    private void Require(SearchOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Oversampling, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Probes);
        if (options.Probes > 0 && _lists is null)
        {
            throw new UnsupportedRequestException(
                "this index has no lists to probe; they are made with the index, of binary codes only.");
        }
    }

    /// <summary>In how many bits a query is compared with the codes.</summary>
    /// <exception cref="UnsupportedRequestException">The options choose it, and the codes are not binary.</exception>
    public static int QueryBits(IndexDefinition definition, SearchOptions options) =>
        definition.Code == VectorCode.Binary ? options.QueryBits ?? DefaultQueryBits
        : options.QueryBits is null ? DefaultQueryBits
        : throw new UnsupportedRequestException(
            $"query bits are chosen for binary codes; this index has {definition.Code} codes, which have one way.");

    private static int Ids(ReadOnlySpan<Hit> hits, Span<int> ids)
    {
        for (int i = 0; i < hits.Length; i++)
            ids[i] = hits[i].Id;
        return hits.Length;
    }

    private int ScoreSigns(ReadOnlySpan<float> prepared, ReadOnlySpan<int> ids, Span<Hit> hits, float minScore)
    {
        NativeBlock memory = _memory.Take((2L * Definition.CodedDimensions + 64) * sizeof(float));
        try
        {
            long tile = (long)_snapshot.Codes.Layout.Words * HammingArguments.TileCodes * sizeof(ulong);
            var scorer = new SignScorer(prepared, _snapshot.Codes.Rows, (float*)memory.Pointer);
            var best = new BestHits(hits);
            foreach (int id in ids)
            {
                Segment segment = _snapshot.Segments[Locate(id, out int row)];
                // A scan of lists has not checked it.
                segment.Codes.Bytes(row / HammingArguments.TileCodes * tile, tile);
                float score = scorer.Score((ulong*)segment.Codes.Start, row);
                if (!(score < minScore))
                    best.Offer(new Hit(id, score));
            }
            return best.Sort();
        }
        finally
        {
            _memory.Return(memory);
        }
    }
}
