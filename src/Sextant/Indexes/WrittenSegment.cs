namespace Sextant.Indexes;

/// <summary>A segment as a writer has it: what it deleted since the last commit included.</summary>
internal sealed class WrittenSegment(Segment segment, SegmentEntry entry, DocumentSet? deleted, bool isDirty)
{
    public Segment Segment { get; } = segment;

    public SegmentEntry Entry { get; private set; } = entry;

    public DocumentSet? Deleted { get; private set; } = deleted;

    /// <summary>Whether there are deletions that no commit has yet.</summary>
    public bool IsDirty { get; private set; } = isDirty;

    /// <summary>Whether nothing is left of it.</summary>
    public bool IsEmpty => Entry.DeletedDocuments == Segment.Documents;

    /// <summary>Deletes a document that is not deleted yet. The set of the last commit stays as it is.</summary>
    public void Delete(int document)
    {
        (int first, int end) = Segment.RowsOf(document);
        if (!IsDirty)
            (Deleted, IsDirty) = (Deleted?.Copy() ?? new DocumentSet(Segment.Documents), true);
        Deleted!.Add(document);
        Entry = Entry with
        {
            DeletedDocuments = Entry.DeletedDocuments + 1,
            DeletedRows = Entry.DeletedRows + (uint)(end - first),
        };
    }

    /// <summary>Keeps deletions under a number of their own, if there are new ones; says whether it did.</summary>
    public bool WriteDeletes(IndexHome home, ulong number)
    {
        if (!IsDirty)
            return false;
        Entry = Entry with { Deletes = number };
        home.WriteDeletes(number, Deleted!);
        IsDirty = false;
        return true;
    }
}
