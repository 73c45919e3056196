using System.Globalization;
using Sextant.Codes;
using Sextant.Runtime;
using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>
/// An index as its last commit left it when this reader was opened: in a folder (<see cref="Open"/>), or of an index
/// that this process has (<see cref="VectorIndex.Read"/>). Writers do not disturb it: it goes on seeing that commit.
/// </summary>
/// <remarks>
/// Files are mapped: opening reads little, and only what a search touches comes into memory. Each 64 KiB of a file is
/// checked against its checksum when it is first touched. A file that somebody cut short is refused by the call after;
/// cut while a call reads its rows, it ends the process (not on Windows, where files in use cannot be cut). Any number
/// of threads may use a reader; disposed meanwhile, it lets calls in flight come to their end and refuses others. Ids
/// are numbers of passages in this reader only, with gaps; keys are what lasts.
/// </remarks>
public sealed unsafe partial class IndexReader : IVectorIndex, IDisposable
{
    private readonly string _path;
    private readonly IndexSnapshot _snapshot;
    private readonly SearchMemory _memory = new();
    private readonly int[] _firstIds;
    private readonly LiveIds _live;
    private readonly int _ids;
    private readonly SnapshotSearch _search;
    private readonly CallsInFlight _calls;
    private readonly ThreadTeam? _team; // its own

    private IndexReader(string path, IndexSnapshot snapshot, int? threads)
    {
        (_path, _snapshot) = (path, snapshot);
        _calls = new CallsInFlight(nameof(IndexReader), Free);
        _firstIds = new int[snapshot.Segments.Count];
        for (int i = 0; i < _firstIds.Length; i++)
        {
            _firstIds[i] = (_ids + 63) & ~63; // so that a tile's ids are one byte of a set
            _ids = _firstIds[i] + snapshot.Segments[i].Rows;
            SegmentEntry entry = snapshot.Manifest.Segments[i];
            Documents += (int)(entry.Documents - entry.DeletedDocuments);
            Count += (int)(entry.Rows - entry.DeletedRows);
        }
        _live = new LiveIds(this, snapshot, _firstIds);
        _team = threads is { } count ? new ThreadTeam(count) : null;
        _search = new SnapshotSearch(snapshot, _firstIds, _team ?? ThreadTeam.Shared, _memory);
    }

    /// <summary>What the index is made of.</summary>
    public IndexDefinition Definition => _snapshot.Definition;

    /// <summary>Number of the commit that is seen; 0 for an index in which nothing was committed.</summary>
    public long Commit => (long)_snapshot.Manifest.Commit;

    /// <summary>What was still to come, in the writer's words, when this was committed; null: it is whole.</summary>
    public string? Unfinished => _snapshot.Manifest.Unfinished;

    /// <inheritdoc/>
    public int Dimensions => Definition.Dimensions;

    /// <summary>How many vectors there are, those of deleted documents not counted.</summary>
    public int Count { get; }

    /// <summary>How many documents there are, deleted ones not counted.</summary>
    public int Documents { get; }

    /// <summary>Ids are below this.</summary>
    public int Ids => _ids;

    /// <summary>Opens the last commit.</summary>
    /// <param name="path">The index's folder.</param>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    /// <exception cref="InvalidIndexException">There is no index, or it is damaged or of another version.</exception>
    public static IndexReader Open(string path, int? threads = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Of(path, IndexSnapshot.Open(path), threads);
    }

    /// <summary>Some vectors as an index in memory, which no one changes any more.</summary>
    /// <param name="definition">What the index is made of.</param>
    /// <param name="vectors">[n, Dimensions], row by row; their ids are 0 … n − 1. They are copied.</param>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    /// <exception cref="ArgumentException">
    /// The definition does not hold together, or the length is no multiple of the dimensions, or a value is not finite
    /// or beyond the range of a code.
    /// </exception>
    public static IndexReader Of(IndexDefinition definition, ReadOnlySpan<float> vectors, int? threads = null)
    {
        using var rows = new NumberedVectors(definition);
        rows.Add(vectors);
        return rows.Read(threads);
    }

    // Takes the commit over.
    internal static IndexReader Of(string path, IndexSnapshot snapshot, int? threads)
    {
        try
        {
            return new IndexReader(path, snapshot, threads);
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidIndexException">What has to be read is damaged.</exception>
    public int Search(ReadOnlySpan<float> query, Span<Hit> hits, SearchOptions? options = null)
    {
        using CallsInFlight.Call call = Enter();
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        RequireQuery(query);
        options ??= SearchOptions.None;
        try
        {
            return _search.Search(query, hits, Count, options, _live.Among(options.Allowed));
        }
        catch (ArgumentException problem) when (IsAtFault(problem, query))
        {
            throw Overflows(problem);
        }
    }

    /// <summary>The ids of the passages of all documents that a filter accepts; deleted ones are left out.</summary>
    /// <exception cref="ArgumentException">The filter names an attribute that no document has.</exception>
    public IdSet Where(IndexFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        using CallsInFlight.Call call = Enter();
        var found = new IdSet(_ids) { MadeBy = this };
        filter.RequireNames(_snapshot.Segments);
        for (int i = 0; i < _firstIds.Length; i++)
        {
            Segment segment = _snapshot.Segments[i];
            bool[] accepted = filter.Accepted(segment);
            for (int document = 0; document < segment.Documents; document++)
            {
                if (!accepted[document] || _snapshot.Deleted[i]?.Contains(document) == true)
                    continue;
                (int first, int end) = segment.RowsOf(document);
                found.AddRange(_firstIds[i] + first, _firstIds[i] + end);
            }
        }
        return found;
    }

    /// <summary>The key of the document that a passage is of.</summary>
    public string Key(int id)
    {
        using CallsInFlight.Call call = _calls.Enter();
        Segment segment = Locate(id, out int row);
        return segment.Key(segment.DocumentOf(row));
    }

    /// <summary>Which of its document's passages one is, counted from 0.</summary>
    public int Number(int id)
    {
        using CallsInFlight.Call call = _calls.Enter();
        Segment segment = Locate(id, out int row);
        return row - segment.FirstRow(segment.DocumentOf(row));
    }

    /// <summary>What is kept with a passage; valid until the reader is disposed.</summary>
    public ReadOnlySpan<byte> Payload(int id)
    {
        using CallsInFlight.Call call = _calls.Enter();
        Segment segment = Locate(id, out int row);
        return segment.Payload(row);
    }

    /// <summary>Length of what <see cref="Vector"/> gives: the vectors', or the codes' without rescoring.</summary>
    public int KeptDimensions => _snapshot.Vectors is null ? Definition.CodedDimensions : Dimensions;

    /// <summary>
    /// A passage's vector as it is kept: what is rescored, decoded, or where nothing is, what the code stands for.
    /// </summary>
    /// <param name="id">The passage.</param>
    /// <param name="vector">[KeptDimensions].</param>
    /// <exception cref="ArgumentException">There is no such passage, or the destination is too short.</exception>
    public void Vector(int id, Span<float> vector)
    {
        using CallsInFlight.Call call = _calls.Enter();
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        CodeLength.Require(KeptDimensions, vector.Length, nameof(vector));
        Segment segment = Locate(id, out int row);
        if (_snapshot.Vectors is { } vectors)
        {
            vectors.Decode(segment.Vector(row, vectors.RowBytes), vector);
            return;
        }
        byte[] code = new byte[_snapshot.Codes.Layout.RowBytes];
        _snapshot.Codes.Layout.Read(segment.Codes, segment.Rows, row, code);
        _snapshot.Codes.Decode(code, vector);
    }

    /// <summary>What the document of a passage can be found by.</summary>
    public IReadOnlyList<IndexAttribute> Attributes(int id)
    {
        using CallsInFlight.Call call = _calls.Enter();
        Segment segment = Locate(id, out int row);
        return segment.AttributesOf(segment.DocumentOf(row));
    }

    /// <summary>What the scan sees of a query, for codes that are scanned elsewhere.</summary>
    /// <param name="query">[Dimensions].</param>
    /// <param name="prepared">[CodedDimensions].</param>
    internal void Prepare(ReadOnlySpan<float> query, Span<float> prepared)
    {
        using CallsInFlight.Call call = Enter();
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        RequireQuery(query);
        _snapshot.Codes.Prepare(query, prepared);
    }

    /// <summary>The same, and its code.</summary>
    /// <param name="query">[Dimensions].</param>
    /// <param name="prepared">[CodedDimensions].</param>
    /// <param name="code">A code.</param>
    internal void Encode(ReadOnlySpan<float> query, Span<float> prepared, Span<byte> code)
    {
        Prepare(query, prepared);
        _snapshot.Codes.EncodePrepared(prepared, code);
    }

    /// <summary>Bytes of a code.</summary>
    internal int CodeBytes => _snapshot.Codes.Layout.RowBytes;

    /// <summary>What is scanned, where it is rows of numbers.</summary>
    internal RowCodec Rows => _snapshot.Codes.Rows;

    /// <summary>Keeps the best of scores that a scan elsewhere gave.</summary>
    /// <param name="query">[Dimensions].</param>
    /// <param name="scores">[ids].</param>
    /// <param name="ids">What was scored, ascending.</param>
    /// <param name="hits">Receives the hits, best first.</param>
    /// <param name="allowed">The only ids that may be found; null: all.</param>
    /// <param name="minScore">Hits with smaller scores are left out.</param>
    internal int Best(
        ReadOnlySpan<float> query, ReadOnlySpan<float> scores, ReadOnlySpan<int> ids, Span<Hit> hits, IdSet? allowed,
        float minScore)
    {
        var best = new BestHits(hits);
        try
        {
            for (int i = 0; i < scores.Length; i++)
            {
                // A NaN passes, into the check of BestHits.
                if (!(scores[i] < minScore) && allowed?.Contains(ids[i]) != false)
                    best.Offer(new Hit(ids[i], scores[i]));
            }
        }
        catch (ArgumentException problem) when (IsAtFault(problem, query))
        {
            throw Overflows(problem);
        }
        return best.Sort();
    }

    /// <summary>The code of a passage.</summary>
    internal void CopyCode(int id, Span<byte> code)
    {
        using CallsInFlight.Call call = _calls.Enter();
        Segment segment = Locate(id, out int row);
        _snapshot.Codes.Layout.Read(segment.Codes, segment.Rows, row, code);
    }

    /// <summary>Scores passages that a scan elsewhere found, as a search does after its own.</summary>
    /// <param name="query">[Dimensions].</param>
    /// <param name="prepared">From <see cref="Encode"/>.</param>
    /// <param name="ids">Passages whose codes were copied; they are put into another order.</param>
    /// <param name="hits">Receives the hits, best first.</param>
    /// <param name="minScore">Hits with smaller scores are left out.</param>
    internal int Score(
        ReadOnlySpan<float> query, ReadOnlySpan<float> prepared, Span<int> ids, Span<Hit> hits, float minScore)
    {
        using CallsInFlight.Call call = Enter();
        try
        {
            return _search.Score(query, prepared, ids, hits, minScore);
        }
        catch (ArgumentException problem) when (IsAtFault(problem, query))
        {
            throw Overflows(problem);
        }
    }

    /// <summary>Sizes and counts.</summary>
    public IndexStatistics Statistics()
    {
        using CallsInFlight.Call call = _calls.Enter();
        return IndexStatistics.Of(_snapshot);
    }

    /// <summary>Reads everything and compares it with its checksums.</summary>
    /// <exception cref="InvalidIndexException">
    /// Something is damaged; the message names the file and the section.
    /// </exception>
    public void Verify()
    {
        using CallsInFlight.Call call = Enter();
        foreach (Segment segment in _snapshot.Segments)
            segment.Verify();
    }

    /// <summary>Closes the files, at once or when the calls in flight have come to their end.</summary>
    public void Dispose() => _calls.Dispose();

    // Begins a call: meanwhile no one frees the memory. Rows are read where they are mapped, so a file that was cut
    // short is noticed here; calls for one passage notice it when they have found its segment.
    private CallsInFlight.Call Enter()
    {
        CallsInFlight.Call call = _calls.Enter();
        try
        {
            foreach (Segment segment in _snapshot.Segments)
                segment.RequireWhole();
        }
        catch
        {
            call.Dispose();
            throw;
        }
        return call;
    }

    private void Free()
    {
        _snapshot.Dispose();
        _memory.Dispose();
        _team?.Dispose();
    }

    // Whether it is the index's fault that a product overflows. What is in memory came from the caller as well.
    private bool IsAtFault(Exception problem, ReadOnlySpan<float> query) =>
        !_snapshot.IsInMemory && ScoreOverflow.IsCauseOf(problem) && IsOrdinary(query);

    // With values of this size only an index of far larger ones comes to an overflow: no model makes those.
    private static bool IsOrdinary(ReadOnlySpan<float> query) => !query.ContainsAnyExceptInRange(-1e15f, 1e15f);

    private InvalidIndexException Overflows(Exception problem) =>
        new(_path, $"holds values that cannot be compared: {problem.Message}", problem);

    private void RequireQuery(ReadOnlySpan<float> query)
    {
        if (query.Length != Dimensions)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"the query has {query.Length} values; this index holds vectors of {Dimensions}."), nameof(query));
        }
        FiniteValues.Require(query, nameof(query));
    }

    private Segment Locate(int id, out int row)
    {
        int position = _search.Locate(id, out row);
        if (row < 0 || row >= _snapshot.Segments[position].Rows)
            throw new ArgumentOutOfRangeException(nameof(id), id, "there is no passage with this id.");
        _snapshot.Segments[position].RequireWhole();
        return _snapshot.Segments[position];
    }
}
