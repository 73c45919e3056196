using Sextant.Runtime;

namespace Sextant.Indexes;

/// <summary>Changes an index on disk. What is not committed is gone when the process ends; what is, stays.</summary>
/// <remarks>
/// A commit is one step for all who look: killed at any moment, the index is the last commit or the one before. There
/// is one writer at a time; a second one is refused. Readers are not disturbed. Not thread-safe.
/// </remarks>
public sealed class IndexWriter : IDisposable
{
    private readonly IndexFolder _folder;
    private readonly WriterLock _lock;
    private readonly IndexSnapshot _snapshot;
    private readonly List<WrittenSegment> _segments = [];
    private readonly DocumentRules _rules;
    private readonly uint _definitionChecksum;
    private SegmentBuilder _pending;
    private ulong _nextFile;
    private bool _changed;
    private bool _failed;
    private bool _disposed;
    private bool _reading;
    private bool _publishing; // the folder may have this commit, or the one before
    private SegmentEntry[] _committed;
    private string? _said; // in the last commit

    private IndexWriter(IndexFolder folder, WriterLock writing)
    {
        (_folder, _lock) = (folder, writing);
        _snapshot = IndexSnapshot.Open(folder.Path);
        _rules = new DocumentRules(Definition.Dimensions, Definition.KeepsTerms);
        (_nextFile, Commits) = (_snapshot.Manifest.NextFile, (long)_snapshot.Manifest.Commit);
        _definitionChecksum = _snapshot.Manifest.DefinitionChecksum;
        for (int i = 0; i < _snapshot.Segments.Count; i++)
            Take(new WrittenSegment(_snapshot.Segments[i], _snapshot.Segments[i].Entry, _snapshot.Deleted[i], false));
        _pending = NewBuilder();
        _committed = [.. _snapshot.Manifest.Segments];
        Unfinished = _said = _snapshot.Manifest.Unfinished;
        CommitFiles.DeleteLeftOvers(folder, _committed);
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

    /// <summary>Makes an empty index and opens it.</summary>
    /// <param name="path">A folder that is empty or not there.</param>
    /// <param name="definition">What it is made of, for ever.</param>
    /// <exception cref="ArgumentException">The definition does not hold together.</exception>
    /// <exception cref="InvalidIndexException">There is an index already, or the folder cannot be written.</exception>
    public static IndexWriter Create(string path, IndexDefinition definition)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Create(new IndexFolder(path), definition);
    }

    /// <summary>Opens an index to change it.</summary>
    /// <exception cref="InvalidIndexException">
    /// There is no index, it is damaged or of another version, or another writer has it.
    /// </exception>
    public static IndexWriter Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Open(new IndexFolder(path));
    }

    internal static IndexWriter Create(IndexFolder folder, IndexDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        definition.Check();
        return Start(folder, CommitFiles.Begin(folder, definition));
    }

    internal static IndexWriter Open(IndexFolder folder)
    {
        IndexSnapshot.RequireIndex(folder.Path);
        return Start(folder, WriterLock.Take(folder));
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
        _rules.Learn(document);
        RemoveWritten(document.Key);
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
        _reading = true;
        try
        {
            foreach (IndexDocument part in parts)
            {
                AddPart(part, first);
                first ??= part;
            }
        }
        catch
        {
            if (first is not null)
                _pending.Abandon();
            throw;
        }
        finally
        {
            _reading = false;
        }
        if (first is null)
            throw new ArgumentException("a document has at least one part.", nameof(parts));
        _rules.Learn(first);
        RemoveWritten(first.Key);
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
        if (_changed || Unfinished != _said)
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
            foreach (WrittenSegment one in old)
                Copy(one);
            WriteCommit();
            foreach (WrittenSegment one in old)
            {
                if (!_snapshot.Segments.Contains(one.Segment))
                    one.Segment.Dispose();
            }
        });
        return Commits;
    }

    /// <summary>Drops what is not committed, and lets the next writer in.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        foreach (WrittenSegment one in _segments)
            one.Segment.Dispose();
        _snapshot.Dispose();
        DeleteUncommitted();
        _lock.Dispose();
    }

    private static IndexWriter Start(IndexFolder folder, WriterLock writing)
    {
        try
        {
            return new IndexWriter(folder, writing);
        }
        catch (Exception problem)
        {
            writing.Dispose();
            if (problem is IOException or UnauthorizedAccessException)
                throw new InvalidIndexException(folder.Path, $"cannot be written: {problem.Message}", problem);
            throw;
        }
    }

    // What was written and never committed takes room that a full disk needs. What stays the next writer deletes.
    private void DeleteUncommitted()
    {
        try
        {
            if (_publishing)
                return; // who opens the index next sees which commit there is
            _lock.Require();
            CommitFiles.DeleteUnused(_folder, _committed);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
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

    private SegmentBuilder NewBuilder() => new(Definition, _snapshot.Codes, _snapshot.Vectors);

    // Without its lock a writer would write beside the next one.
    private void Require()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failed)
            throw new InvalidOperationException("writing failed before; dispose this writer and open the index again.");
        if (_reading)
            throw new InvalidOperationException("the parts of a document are being read; the writer waits for them.");
    }

    // Whatever fails while files are written, this writer no longer knows its own commit.
    private void Writing(Action work)
    {
        try
        {
            work();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _failed = true;
            string left = _publishing ? "The index has this commit or the one before."
                : "What was committed before is untouched.";
            throw new InvalidIndexException(_folder.Path, $"cannot be written: {problem.Message} {left}", problem);
        }
        catch
        {
            _failed = true;
            throw;
        }
    }

    private WrittenSegment? FindWritten(byte[] key, out int document)
    {
        foreach (WrittenSegment one in _segments)
        {
            document = one.Segment.Find(key, one.Deleted);
            if (document >= 0)
                return one;
        }
        document = -1;
        return null;
    }

    private bool RemoveWritten(string key)
    {
        WrittenSegment? found = FindWritten(KeyHash.Bytes(key), out int document);
        found?.Delete(document);
        return found is not null;
    }

    private void Take(WrittenSegment segment)
    {
        _segments.Add(segment);
        _rules.Learn(segment.Segment);
    }

    // The documents that are pending become a segment, which no one sees until the next commit.
    private void Spill()
    {
        if (_pending.Documents == 0)
            return;
        SegmentEntry entry = SegmentFile.Write(
            _folder, _nextFile++, _pending.Documents, _pending.Rows, _pending.Sections());
        if (_segments.Sum(one => (long)one.Segment.Rows + 64) + _pending.Rows > IndexFormat.MaxRows)
            throw new IOException("an index holds at most 2,147,483,583 vectors.");
        var deleted = _pending.Removed.Count == 0 ? null : new DocumentSet(_pending.Documents);
        foreach (int document in _pending.Removed)
            deleted!.Add(document);
        entry = entry with { DeletedDocuments = (uint)_pending.Removed.Count, DeletedRows = _pending.RemovedRows };
        var segment = Segment.Open(
            _folder.Path, entry, Definition, _snapshot.Codes.Layout, _snapshot.Vectors?.RowBytes);
        Take(new WrittenSegment(segment, entry, deleted, deleted is not null));
        _pending = NewBuilder();
    }

    private void WriteCommit()
    {
        Spill();
        foreach (WrittenSegment one in _segments.FindAll(one => one.IsEmpty))
        {
            _segments.Remove(one);
            if (!_snapshot.Segments.Contains(one.Segment))
                one.Segment.Dispose();
        }
        foreach (WrittenSegment one in _segments)
        {
            if (one.WriteDeletes(_folder, _nextFile))
                _nextFile++;
        }
        SegmentEntry[] entries = [.. _segments.Select(one => one.Entry)];
        string? unfinished = Unfinished;
        CommitFiles.Prepare(
            _folder, new Manifest((ulong)Commits + 1, _nextFile, _definitionChecksum, entries, unfinished));
        _publishing = true;
        CommitFiles.Publish(_folder, _lock);
        _publishing = false;
        (_committed, _said) = (entries, unfinished);
        Commits++;
        _changed = false;
        CommitFiles.DeleteUnused(_folder, _committed);
    }

    private void Copy(WrittenSegment source)
    {
        var copy = new SegmentCopy(_snapshot, source.Segment);
        for (int document = 0; document < source.Segment.Documents; document++)
        {
            if (source.Deleted?.Contains(document) == true)
                continue;
            copy.Document(document, _pending);
            if (_pending.IsFull)
                Spill();
        }
    }
}
