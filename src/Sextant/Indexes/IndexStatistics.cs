namespace Sextant.Indexes;

/// <summary>Bytes of one kind of section, over all segments.</summary>
/// <param name="Name">What it holds.</param>
/// <param name="Bytes">How many bytes that takes.</param>
public readonly record struct SectionSize(string Name, long Bytes);

/// <summary>Sizes and counts of one commit.</summary>
public sealed record IndexStatistics
{
    /// <summary>Number of the commit.</summary>
    public required long Commit { get; init; }

    /// <summary>Documents, deleted ones not counted.</summary>
    public required long Documents { get; init; }

    /// <summary>Passages, those of deleted documents not counted.</summary>
    public required long Passages { get; init; }

    /// <summary>Deleted documents that still take room: compacting frees it.</summary>
    public required long DeletedDocuments { get; init; }

    /// <summary>Their passages.</summary>
    public required long DeletedPassages { get; init; }

    /// <summary>Segments.</summary>
    public required int Segments { get; init; }

    /// <summary>Bytes of all files of this commit.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes by what they hold, in the order of the files.</summary>
    public required IReadOnlyList<SectionSize> Sections { get; init; }

    /// <summary>Names of all attributes.</summary>
    public required IReadOnlyList<string> Attributes { get; init; }

    internal static IndexStatistics Of(IndexSnapshot snapshot)
    {
        var sizes = new List<SectionSize>();
        long bytes = snapshot.FrameBytes; // as they were read: another commit may have replaced or deleted them
        foreach (Segment segment in snapshot.Segments)
        {
            bytes += (long)segment.Entry.Length;
            foreach (Section section in segment.Sections)
            {
                int position = sizes.FindIndex(one => one.Name == section.Label);
                if (position < 0)
                    sizes.Add(new SectionSize(section.Label, section.Length));
                else
                    sizes[position] = sizes[position] with { Bytes = sizes[position].Bytes + section.Length };
            }
        }
        IEnumerable<SegmentEntry> entries = snapshot.Segments.Select(one => one.Entry);
        return new IndexStatistics
        {
            Commit = (long)snapshot.Manifest.Commit,
            Documents = entries.Sum(one => (long)one.Documents - one.DeletedDocuments),
            Passages = entries.Sum(one => (long)one.Rows - one.DeletedRows),
            DeletedDocuments = entries.Sum(one => (long)one.DeletedDocuments),
            DeletedPassages = entries.Sum(one => (long)one.DeletedRows),
            Segments = snapshot.Segments.Count,
            Bytes = bytes,
            Sections = sizes,
            Attributes = [.. snapshot.Segments.SelectMany(one => one.Columns).Select(one => one.Name).Distinct()],
        };
    }
}
