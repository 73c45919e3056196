namespace Sextant.Indexes;

/// <summary>Where an index that is changed keeps its segments and commits: a folder, or memory.</summary>
internal abstract class IndexHome : IDisposable
{
    /// <summary>What messages call it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a commit that failed may have come into effect all the same.</summary>
    public virtual bool IsPublishing => false;

    /// <summary>Whether many small segments become one with a commit: nothing of them has to be written.</summary>
    public virtual bool MergesSmall => false;

    /// <summary>Makes the documents of a builder a segment, which no one sees until a commit names it.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="documents">What becomes a segment; not to be used afterwards.</param>
    /// <param name="index">What the index is made of.</param>
    /// <param name="entry">What a commit says of it.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public abstract Segment Write(
        ulong number, SegmentBuilder documents, IndexSnapshot index, out SegmentEntry entry);

    /// <summary>Keeps which documents of a segment are deleted.</summary>
    public abstract void WriteDeletes(ulong number, DocumentSet deleted);

    /// <summary>Makes a commit last.</summary>
    public abstract void Publish(Manifest manifest);

    /// <summary>Deletes what a commit does not need.</summary>
    public abstract void DeleteUnused(IReadOnlyList<SegmentEntry> segments);

    /// <summary>Ends writing: what was not committed goes, and the next writer may come.</summary>
    /// <param name="committed">The segments of the last commit.</param>
    public abstract void End(IReadOnlyList<SegmentEntry> committed);

    /// <summary>Lets the next writer in and leaves everything as it is.</summary>
    public abstract void Dispose();

    protected static SegmentEntry Counted(SegmentEntry entry, SegmentBuilder documents) => entry with
    {
        DeletedDocuments = (uint)documents.Removed.Count,
        DeletedRows = documents.RemovedRows,
    };
}

/// <summary>An index in memory: a commit is seen by those who look, and lasts as long as they do.</summary>
internal sealed class MemoryHome : IndexHome
{
    public override string Name => "the index in memory";

    public override bool MergesSmall => true;

    public override Segment Write(
        ulong number, SegmentBuilder documents, IndexSnapshot index, out SegmentEntry entry)
    {
        MemoryBytes bytes = MemoryBytes.Of(documents.Sections(), out List<Section> sections);
        entry = Counted(
            new SegmentEntry(number, (ulong)bytes.Length, (uint)documents.Documents, (uint)documents.Rows, 0, 0, 0, 0),
            documents);
        return Segment.Of(bytes, sections, entry, index);
    }

    public override void WriteDeletes(ulong number, DocumentSet deleted)
    {
    }

    public override void Publish(Manifest manifest)
    {
    }

    public override void DeleteUnused(IReadOnlyList<SegmentEntry> segments)
    {
    }

    public override void End(IReadOnlyList<SegmentEntry> committed)
    {
    }

    public override void Dispose()
    {
    }
}

/// <summary>An index in a folder, of which this process is the one writer (FORMAT.md, "Commits").</summary>
internal sealed class FolderHome(IndexFolder folder, WriterLock writing) : IndexHome
{
    private bool _publishing;

    public override string Name => folder.Path;

    public override bool IsPublishing => _publishing;

    public override Segment Write(
        ulong number, SegmentBuilder documents, IndexSnapshot index, out SegmentEntry entry)
    {
        entry = Counted(
            SegmentFile.Write(folder, number, documents.Documents, documents.Rows, documents.Sections()), documents);
        return Segment.Open(folder.Path, entry, index);
    }

    public override void WriteDeletes(ulong number, DocumentSet deleted) => folder.WriteNew(
        IndexFormat.DeletesName(number), FramedFile.Frame(IndexFormat.DeletesMagic, deleted.ToBody()));

    public override void Publish(Manifest manifest)
    {
        CommitFiles.Prepare(folder, manifest);
        _publishing = true;
        CommitFiles.Publish(folder, writing);
        _publishing = false;
    }

    public override void DeleteUnused(IReadOnlyList<SegmentEntry> segments) =>
        CommitFiles.DeleteUnused(folder, segments);

    // What was written and never committed takes room that a full disk needs. What stays the next writer deletes.
    public override void End(IReadOnlyList<SegmentEntry> committed)
    {
        try
        {
            if (_publishing)
                return; // who opens the index next sees which commit there is
            writing.Require();
            CommitFiles.DeleteUnused(folder, committed);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
        }
        finally
        {
            writing.Dispose();
        }
    }

    public override void Dispose() => writing.Dispose();
}
