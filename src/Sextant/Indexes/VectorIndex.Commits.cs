namespace Sextant.Indexes;

// From what is pending to segments and commits.
public sealed partial class VectorIndex
{
    private const int SmallRows = 4096;
    private const int MaxSmall = 32;

    private SegmentBuilder NewBuilder() => new(Definition, _snapshot.Codes, _snapshot.Vectors);

    // Without its lock a writer would write beside the next one.
    private void Require()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_failed)
            throw new InvalidOperationException("writing failed before; dispose this writer and open the index again.");
        if (_taking)
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
            string left = _home.IsPublishing ? "The index has this commit or the one before."
                : "What was committed before is untouched.";
            throw new InvalidIndexException(_home.Name, $"cannot be written: {problem.Message} {left}", problem);
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
        Segment segment = _home.Write(_nextFile++, _pending, _snapshot, out SegmentEntry entry);
        if (_segments.Sum(one => (long)one.Segment.Rows + 64) + segment.Rows > IndexFormat.MaxRows)
        {
            segment.Dispose();
            throw new IOException("an index holds at most 2,147,483,583 vectors.");
        }
        var deleted = _pending.Removed.Count == 0 ? null : new DocumentSet(_pending.Documents);
        foreach (int document in _pending.Removed)
            deleted!.Add(document);
        Take(new WrittenSegment(segment, entry, deleted, deleted is not null));
        _pending = NewBuilder();
    }

    // Commits of a few documents each would leave a segment for each: the small ones at the end become one.
    private void MergeSmall()
    {
        int first = _segments.Count;
        while (first > 0 && _segments[first - 1].Segment.Rows <= SmallRows)
            first--;
        if (_segments.Count - first < MaxSmall)
            return;
        List<WrittenSegment> small = _segments[first..];
        _segments.RemoveRange(first, small.Count);
        foreach (WrittenSegment one in small)
            Copy(one);
        Spill();
        foreach (WrittenSegment one in small)
            one.Segment.Dispose();
    }

    private void WriteCommit()
    {
        Spill();
        if (_home.MergesSmall)
            MergeSmall();
        foreach (WrittenSegment one in _segments.FindAll(one => one.IsEmpty))
        {
            _segments.Remove(one);
            one.Segment.Dispose();
        }
        foreach (WrittenSegment one in _segments)
        {
            if (one.WriteDeletes(_home, _nextFile))
                _nextFile++;
        }
        SegmentEntry[] entries = [.. _segments.Select(one => one.Entry)];
        var manifest = new Manifest((ulong)Commits + 1, _nextFile, _definitionChecksum, entries, Unfinished);
        _home.Publish(manifest);
        IndexSnapshot before = _snapshot, after = before.With(manifest, _segments);
        lock (_reading)
            _snapshot = after;
        before.Dispose();
        Commits++;
        _changed = false;
        _home.DeleteUnused(entries);
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
