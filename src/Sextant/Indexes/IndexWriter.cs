using System.Globalization;
using Sextant.Codes;
using Sextant.Kernels.Hamming;

namespace Sextant.Indexes;

/// <summary>Changes an index on disk. What is not committed is gone when the process ends; what is, stays.</summary>
/// <remarks>
/// A commit is one step for all who look: killed at any moment, the index is the last commit or the one before. There
/// is one writer at a time; a second one is refused. Readers are not disturbed. Not thread-safe.
/// </remarks>
public sealed unsafe class IndexWriter : IDisposable
{
    // A segment goes to the disk when it has so much, also before it is committed.
    private const long MostPendingBytes = 256L << 20;
    private const int MostPendingRows = 4 << 20;

    private readonly IndexFolder _folder;
    private readonly FileStream _lock;
    private readonly IndexSnapshot _snapshot;
    private readonly List<WrittenSegment> _segments = [];
    private readonly Dictionary<string, bool> _texts = new(StringComparer.Ordinal); // attributes: whether they are texts
    private readonly uint _definitionChecksum;
    private SegmentBuilder _pending;
    private ulong _nextFile;
    private bool _changed;
    private bool _failed;

    private IndexWriter(IndexFolder folder, FileStream writing)
    {
        (_folder, _lock) = (folder, writing);
        _snapshot = IndexSnapshot.Open(folder.Path);
        (_nextFile, Commits) = (_snapshot.Manifest.NextFile, (long)_snapshot.Manifest.Commit);
        _definitionChecksum = _snapshot.Manifest.DefinitionChecksum;
        for (int i = 0; i < _snapshot.Segments.Count; i++)
            Take(new WrittenSegment(_snapshot.Segments[i], _snapshot.Segments[i].Entry, _snapshot.Deleted[i], false));
        _pending = NewBuilder();
        DeleteUnused();
    }

    /// <summary>What the index is made of.</summary>
    public IndexDefinition Definition => _snapshot.Definition;

    /// <summary>Number of the last commit.</summary>
    public long Commits { get; private set; }

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
        FileStream? writing = null;
        try
        {
            Directory.CreateDirectory(folder.Path);
            if (File.Exists(folder.File(IndexFormat.ManifestName)))
                throw new InvalidIndexException(folder.Path, "there is an index already.");
            // What a creation that did not come to its end leaves is no one's; anything else is.
            string[] own = [IndexFormat.DefinitionName, IndexFormat.LockName, IndexFormat.NewManifestName];
            if (Directory.EnumerateFileSystemEntries(folder.Path).FirstOrDefault(
                one => !own.Contains(Path.GetFileName(one))) is { } other)
            {
                throw new InvalidIndexException(
                    folder.Path, $"is a folder with other files ({Path.GetFileName(other)}); an empty or new one is needed.");
            }
            writing = Lock(folder);
            byte[] body = definition.ToBody();
            folder.WriteWhole(IndexFormat.DefinitionName, FramedFile.Frame(IndexFormat.DefinitionMagic, body));
            Publish(folder, new Manifest(0, 1, Checksum.Of(body), []));
            return new IndexWriter(folder, writing);
        }
        catch (Exception problem)
        {
            writing?.Dispose();
            if (problem is IOException or UnauthorizedAccessException)
                throw new InvalidIndexException(folder.Path, $"cannot be written: {problem.Message}", problem);
            throw;
        }
    }

    internal static IndexWriter Open(IndexFolder folder)
    {
        if (!Directory.Exists(folder.Path))
            throw new InvalidIndexException(folder.Path, "there is no such index.");
        FileStream writing = Lock(folder);
        try
        {
            return new IndexWriter(folder, writing);
        }
        catch
        {
            writing.Dispose();
            throw;
        }
    }

    /// <summary>Adds a document, or replaces the one that has its key.</summary>
    /// <exception cref="ArgumentException">
    /// The document does not fit the index: wrong lengths, a value that is not finite, or an attribute that is a text
    /// here and a number there. Nothing was changed.
    /// </exception>
    /// <exception cref="InvalidIndexException">The disk refuses; the last commit is untouched.</exception>
    public void Upsert(IndexDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Require();
        Check(document);
        RemoveWritten(document.Key);
        _changed = true;
        try
        {
            _pending.Add(document);
        }
        catch
        {
            _failed = true; // half a document; a value beyond a code's range is all that can lead here
            throw;
        }
        if (_pending.Bytes > MostPendingBytes || _pending.Rows > MostPendingRows)
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
    /// <exception cref="InvalidIndexException">
    /// The disk refuses; the last commit is untouched, this writer is done.
    /// </exception>
    public long Commit()
    {
        Require();
        if (_changed)
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
                CopyTo(one);
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
        foreach (WrittenSegment one in _segments)
            one.Segment.Dispose();
        _snapshot.Dispose();
        _lock.Dispose();
    }

    internal static List<IndexAttribute> AttributesOf(Segment segment, int document)
    {
        var attributes = new List<IndexAttribute>();
        foreach (Column column in segment.Columns)
        {
            if (column.IsText)
            {
                if (column.TextOf(document) is >= 0 and int text)
                    attributes.Add(new IndexAttribute(column.Name, column.Text(text)));
            }
            else if (column.Number(document) is { } number)
            {
                attributes.Add(new IndexAttribute(column.Name, number));
            }
        }
        return attributes;
    }

    private static FileStream Lock(IndexFolder folder)
    {
        try
        {
            return new FileStream(
                folder.File(IndexFormat.LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new InvalidIndexException(
                folder.Path, $"cannot be opened for writing; another writer may have it: {problem.Message}", problem);
        }
    }

    private static void Publish(IndexFolder folder, Manifest manifest)
    {
        folder.SyncNames(); // the files that the manifest names are there before it is
        folder.WriteWhole(
            IndexFormat.NewManifestName, FramedFile.Frame(IndexFormat.ManifestMagic, manifest.ToBody()));
        folder.Replace(IndexFormat.NewManifestName, IndexFormat.ManifestName);
        folder.SyncNames();
    }

    private SegmentBuilder NewBuilder() => new(Definition, _snapshot.Codes, _snapshot.Vectors);

    private void Require()
    {
        if (_failed)
            throw new InvalidOperationException("writing failed before; open the index again.");
    }

    // Whatever fails while files are written, the commit on disk is the last one; this writer no longer knows its own.
    private void Writing(Action work)
    {
        try
        {
            work();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            _failed = true;
            throw new InvalidIndexException(
                _folder.Path, $"cannot be written: {problem.Message} What was committed before is untouched.", problem);
        }
        catch
        {
            _failed = true;
            throw;
        }
    }

    private void Check(IndexDocument document)
    {
        ArgumentException.ThrowIfNullOrEmpty(document.Key);
        int rows = document.Vectors.Length / Definition.Dimensions;
        if (document.Vectors.Length != rows * Definition.Dimensions)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{document.Vectors.Length} values are not whole vectors of {Definition.Dimensions} dimensions."), nameof(document));
        }
        if (document.Payloads.Count != 0 && document.Payloads.Count != rows)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{document.Payloads.Count} payloads for {rows} vectors; as many or none are needed."), nameof(document));
        }
        FiniteValues.Require(document.Vectors.Span, nameof(document));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (IndexAttribute one in document.Attributes)
        {
            if (string.IsNullOrEmpty(one.Name) || !names.Add(one.Name))
                throw new ArgumentException(
                    $"the attribute '{one.Name}' has no name, or is there twice.", nameof(document));
            if (_texts.TryGetValue(one.Name, out bool isText) && isText != one.Text is not null)
            {
                throw new ArgumentException(
                    $"the attribute '{one.Name}' is {(isText ? "a text" : "a number")} in this index, and cannot be "
                        + $"{(isText ? "a number" : "a text")} too.",
                    nameof(document));
            }
        }
        foreach (IndexAttribute one in document.Attributes)
            _texts[one.Name] = one.Text is not null;
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
        if (FindWritten(KeyHash.Bytes(key), out int document) is not { } found)
            return false;
        (int first, int end) = found.Segment.RowsOf(document);
        if (!found.IsDirty)
            (found.Deleted, found.IsDirty) = (found.Deleted?.Copy() ?? new DocumentSet(found.Segment.Documents), true);
        found.Deleted!.Add(document);
        found.Entry = found.Entry with
        {
            DeletedDocuments = found.Entry.DeletedDocuments + 1,
            DeletedRows = found.Entry.DeletedRows + (uint)(end - first),
        };
        return true;
    }

    private void Take(WrittenSegment segment)
    {
        _segments.Add(segment);
        foreach (Column column in segment.Segment.Columns)
            _texts[column.Name] = column.IsText;
    }

    // The documents that are pending become a segment, which no one sees until the next commit.
    private void Spill()
    {
        if (_pending.Documents == 0)
            return;
        SegmentEntry entry = SegmentFile.Write(
            _folder, _nextFile++, _pending.Documents, _pending.Rows, _pending.Sections());
        if (_segments.Sum(one => (long)one.Segment.Rows + 64) + _pending.Rows > IndexFormat.MostRows)
            throw new IOException("an index holds at most 2,147,483,583 vectors.");
        var deleted = _pending.Removed.Count == 0 ? null : new DocumentSet(_pending.Documents);
        foreach (int document in _pending.Removed)
            deleted!.Add(document);
        entry = entry with { DeletedDocuments = (uint)_pending.Removed.Count, DeletedRows = _pending.RemovedRows };
        var segment = Segment.Open(
            _folder.Path, entry, Definition, _snapshot.Codes.RowBytes, _snapshot.Vectors?.RowBytes ?? 0);
        Take(new WrittenSegment(segment, entry, deleted, deleted is not null));
        _pending = NewBuilder();
    }

    private void WriteCommit()
    {
        Spill();
        foreach (WrittenSegment one in _segments.FindAll(one => one.Entry.DeletedDocuments == one.Segment.Documents))
        {
            _segments.Remove(one);
            if (!_snapshot.Segments.Contains(one.Segment))
                one.Segment.Dispose();
        }
        foreach (WrittenSegment one in _segments)
        {
            if (!one.IsDirty)
                continue;
            one.Entry = one.Entry with { Deletes = _nextFile };
            _folder.WriteWhole(
                IndexFormat.DeletesName(_nextFile++), FramedFile.Frame(IndexFormat.DeletesMagic, one.Deleted!.ToBody()));
            one.IsDirty = false;
        }
        Publish(_folder, new Manifest(
            (ulong)Commits + 1, _nextFile, _definitionChecksum, [.. _segments.Select(one => one.Entry)]));
        Commits++;
        _changed = false;
        DeleteUnused();
    }

    // Files that the last commit does not name: left by commits before it, or by a writer that did not come to its end.
    private void DeleteUnused()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (WrittenSegment one in _segments)
        {
            used.Add(IndexFormat.SegmentName(one.Entry.Number));
            used.Add(IndexFormat.DeletesName(one.Entry.Deletes));
        }
        foreach (string path in Directory.EnumerateFiles(_folder.Path))
        {
            string name = Path.GetFileName(path);
            bool isOurs = name == IndexFormat.NewManifestName || name.StartsWith("segment-", StringComparison.Ordinal)
                || name.StartsWith("deletes-", StringComparison.Ordinal);
            if (isOurs && !used.Contains(name))
                _folder.Delete(name);
        }
    }

    private void CopyTo(WrittenSegment source)
    {
        Segment segment = source.Segment;
        Span<byte> code = new byte[_snapshot.Codes.RowBytes];
        for (int document = 0; document < segment.Documents; document++)
        {
            if (source.Deleted?.Contains(document) == true)
                continue;
            _pending.BeginDocument(segment.Key(document), AttributesOf(segment, document));
            (int first, int end) = segment.RowsOf(document);
            for (int row = first; row < end; row++)
            {
                ReadCode(segment, row, code);
                _pending.AddRow(
                    code, _snapshot.Vectors is { } vectors ? segment.Vector(row, vectors.RowBytes) : [], segment.Payload(row));
            }
            if (_pending.Bytes > MostPendingBytes || _pending.Rows > MostPendingRows)
                Spill();
        }
    }

    private void ReadCode(Segment segment, int row, Span<byte> code)
    {
        if (Definition.Code != VectorCode.Binary)
        {
            segment.Codes.Bytes((long)row * code.Length, code.Length).CopyTo(code);
            return;
        }
        const int TileCodes = HammingArguments.TileCodes;
        int words = Math.Max(1, (code.Length + 7) / 8);
        for (int i = 0; i < code.Length; i++)
        {
            long word = ((long)(row / TileCodes) * words * TileCodes) + (i / 8 * TileCodes) + (row % TileCodes);
            code[i] = segment.Codes.Bytes((word * sizeof(ulong)) + (i % 8), 1)[0];
        }
    }

    private sealed class WrittenSegment(Segment segment, SegmentEntry entry, DocumentSet? deleted, bool isDirty)
    {
        public Segment Segment { get; } = segment;

        public SegmentEntry Entry { get; set; } = entry;

        public DocumentSet? Deleted { get; set; } = deleted;

        /// <summary>Whether deletions are not on the disk yet.</summary>
        public bool IsDirty { get; set; } = isDirty;
    }
}
