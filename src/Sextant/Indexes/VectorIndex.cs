using Sextant.Runtime;

namespace Sextant.Indexes;

/// <summary>
/// An index of vectors with their documents, in memory or in a folder: documents are added, replaced and deleted here,
/// and found through readers (<see cref="Read"/>), each of which sees one commit.
/// </summary>
/// <remarks>
/// A commit is one step for all who look. In a folder it lasts: killed at any moment, the index is the last commit or
/// the one before; what is not committed is gone when the process ends. There is one writer of a folder at a time, and
/// a second one is refused. Both homes have the same segments and searches, and find the same with the same scores.
/// One thread changes an index at a time; meanwhile any number may open readers and search. Readers are not disturbed,
/// and outlive the index.
/// </remarks>
public sealed partial class VectorIndex : IDisposable
{
    private readonly IndexHome _home;
    private readonly Lock _reading = new(); // held while the last commit is looked at or replaced
    private readonly List<WrittenSegment> _segments = [];
    private readonly DocumentRules _rules;
    private readonly uint _definitionChecksum;
    private IndexSnapshot _snapshot; // the last commit
    private SegmentBuilder _pending;
    private ulong _nextFile;
    private bool _changed;
    private bool _failed;
    private bool _disposed;
    private bool _taking; // parts of a document

    private VectorIndex(IndexHome home, IndexSnapshot snapshot)
    {
        (_home, _snapshot) = (home, snapshot);
        _rules = new DocumentRules(Definition.Dimensions, Definition.KeepsTerms);
        (_nextFile, Commits) = (_snapshot.Manifest.NextFile, (long)_snapshot.Manifest.Commit);
        _definitionChecksum = _snapshot.Manifest.DefinitionChecksum;
        for (int i = 0; i < _snapshot.Segments.Count; i++)
        {
            Take(new WrittenSegment(
                _snapshot.Segments[i].Share(), _snapshot.Manifest.Segments[i], _snapshot.Deleted[i], false));
        }
        _pending = NewBuilder();
        Unfinished = _snapshot.Manifest.Unfinished;
    }

    /// <summary>What the index is made of.</summary>
    public IndexDefinition Definition => _snapshot.Definition;

    /// <summary>Number of the last commit.</summary>
    public long Commits { get; private set; }

    /// <summary>
    /// What is still to come, in the caller's words; null: nothing, the index is whole. The next commit says it to
    /// readers (<see cref="IndexReader.Unfinished"/>), and so to whoever opens an index whose writer was ended.
    /// </summary>
    public string? Unfinished { get; set; }

    /// <summary>Segments that a search reads; many small ones are worth a <see cref="Compact"/>.</summary>
    public int Segments => _segments.Count + (_pending.Documents > 0 ? 1 : 0);

    /// <summary>Makes an empty index in memory.</summary>
    /// <param name="definition">What it is made of, for ever.</param>
    /// <exception cref="ArgumentException">The definition does not hold together.</exception>
    public static VectorIndex Create(IndexDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        return new VectorIndex(new MemoryHome(), IndexSnapshot.Empty(definition));
    }

    /// <summary>Makes an empty index in a folder and opens it.</summary>
    /// <param name="path">A folder that is empty or not there.</param>
    /// <param name="definition">What it is made of, for ever.</param>
    /// <exception cref="ArgumentException">The definition does not hold together.</exception>
    /// <exception cref="InvalidIndexException">There is an index already, or the folder cannot be written.</exception>
    public static VectorIndex Create(string path, IndexDefinition definition)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Create(new IndexFolder(path), definition);
    }

    /// <summary>Opens an index in a folder to change it.</summary>
    /// <exception cref="InvalidIndexException">
    /// There is no index, it is damaged or of another version, or another writer has it.
    /// </exception>
    public static VectorIndex Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(new IndexFolder(path));
    }

    internal static VectorIndex Create(IndexFolder folder, IndexDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        return Start(folder, CommitFiles.Begin(folder, definition));
    }

    internal static VectorIndex Open(IndexFolder folder)
    {
        IndexSnapshot.RequireIndex(folder.Path);
        return Start(folder, WriterLock.Take(folder));
    }

    /// <summary>Opens the last commit to search in it. May be called while another thread changes the index.</summary>
    /// <param name="threads">Threads of a search, the caller included; null for the process's shared ones.</param>
    /// <returns>A reader, which the caller disposes. It goes on seeing its commit.</returns>
    public IndexReader Read(int? threads = null)
    {
        lock (_reading)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return IndexReader.Of(_home.Name, _snapshot.Share(), threads);
        }
    }

    /// <summary>Adds a document, or replaces the one that has its key.</summary>
    /// <exception cref="ArgumentException">
    /// The document does not fit the index: wrong lengths, a value that is not finite or beyond the range of a code, an
    /// attribute that is a text here and a number there, or a text with half of a surrogate pair. Nothing was changed.
    /// </exception>
    /// <exception cref="InvalidIndexException">The disk refuses; the last commit is untouched.</exception>
    public void Upsert(IndexDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Require();
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        _rules.Check(document);
        _pending.Encode(document); // a value beyond a code's range is refused while nothing has changed
        _pending.RequireRoom(document);
        RemoveWritten(document.Key); // a damaged segment refuses while nothing has changed
        _rules.Learn(document);
        _changed = true;
        try
        {
            _pending.Add(document);
        }
        catch
        {
            _failed = true; // half a document; that memory ends is all that can lead here
            throw;
        }
        if (_pending.IsFull)
            Writing(Spill);
    }

    /// <summary>Adds, or replaces, a document in parts: their vectors follow each other.</summary>
    /// <param name="parts">
    /// Read one by one, so that a long document is never there as floats and payloads as a whole. All have the same
    /// key; the first has the attributes. Meanwhile the writer is not to be used.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There is no part, a part does not fit the index or the first one, or all of them are too large. Nothing was
    /// changed; nor was it where reading the parts fails.
    /// </exception>
    /// <exception cref="InvalidIndexException">The disk refuses; the last commit is untouched.</exception>
    public void Upsert(IEnumerable<IndexDocument> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Require();
        IndexDocument? first = null;
        _taking = true;
        try
        {
            foreach (IndexDocument part in parts)
            {
                AddPart(part, first);
                first ??= part;
            }
            if (first is null)
                throw new ArgumentException("a document has at least one part.", nameof(parts));
            RemoveWritten(first.Key);
        }
        catch
        {
            if (first is not null)
                _pending.Abandon();
            throw;
        }
        finally
        {
            _taking = false;
        }
        _rules.Learn(first);
        _pending.Finish(first.Key, first.Attributes);
        _changed = true;
        if (_pending.IsFull)
            Writing(Spill);
    }

    /// <summary>Deletes a document; says whether there was one.</summary>
    public bool Delete(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Require();
        bool removed = RemoveWritten(key) | _pending.Remove(key);
        _changed |= removed;
        return removed;
    }

    /// <summary>Whether there is a document with a key, uncommitted ones included.</summary>
    public bool Contains(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        Require();
        return _pending.Contains(key) || FindWritten(KeyHash.Bytes(key), out _) is not null;
    }

    /// <summary>Makes all changes last, at once, and returns the commit's number.</summary>
    /// <exception cref="InvalidIndexException">The disk refuses; this writer is done.</exception>
    public long Commit()
    {
        Require();
        if (_changed || Unfinished != _snapshot.Manifest.Unfinished)
            Writing(WriteCommit);
        return Commits;
    }

    /// <summary>
    /// Commits, and writes all documents anew without the deleted ones, in as few segments as can be. Needs the room of
    /// the index a second time until it is done.
    /// </summary>
    public long Compact()
    {
        Commit();
        Writing(() =>
        {
            List<WrittenSegment> old = [.. _segments];
            _segments.Clear();
            _pending = NewBuilder();
            try
            {
                foreach (WrittenSegment one in old)
                    Copy(one);
                WriteCommit();
            }
            finally
            {
                foreach (WrittenSegment one in old)
                    one.Segment.Dispose();
            }
        });
        return Commits;
    }

    /// <summary>Drops what is not committed, and lets the next writer in.</summary>
    public void Dispose()
    {
        lock (_reading)
        {
            if (_disposed)
                return;
            _disposed = true;
            _snapshot.Dispose();
        }
        foreach (WrittenSegment one in _segments)
            one.Segment.Dispose();
        _home.End(_snapshot.Manifest.Segments);
    }

    private static VectorIndex Start(IndexFolder folder, WriterLock writing)
    {
        try
        {
            IndexSnapshot last = IndexSnapshot.Open(folder.Path);
            var index = new VectorIndex(new FolderHome(folder, writing), last);
            CommitFiles.DeleteLeftOvers(folder, last.Manifest.Segments);
            return index;
        }
        catch (Exception problem)
        {
            writing.Dispose();
            if (problem is IOException or UnauthorizedAccessException)
                throw new InvalidIndexException(folder.Path, $"cannot be written: {problem.Message}", problem);
            throw;
        }
    }

    private void AddPart(IndexDocument part, IndexDocument? first)
    {
        ArgumentNullException.ThrowIfNull(part);
        using FloatEnvironment.Standard standard = FloatEnvironment.Enter();
        _rules.Check(part);
        if (first is not null)
            DocumentRules.CheckPart(part, first);
        _pending.Encode(part);
        _pending.RequireRoom(part);
        if (first is null)
            _pending.Begin(part.Key);
        try
        {
            _pending.AddRows(part);
        }
        catch
        {
            _failed = true; // half a part; that memory ends is all that can lead here
            throw;
        }
    }
}
