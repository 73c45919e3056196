namespace Sextant.Indexes;

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

    /// <summary>Bytes of all files of this commit; of its segments, where it is in memory.</summary>
    public required long Bytes { get; init; }

    /// <summary>What sections hold, and their bytes over all segments, in the order of the files.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Sections { get; init; }

    /// <summary>Names of all attributes.</summary>
    public required IReadOnlyList<string> Attributes { get; init; }

    internal static IndexStatistics Of(IndexSnapshot snapshot)
    {
        var sizes = new List<KeyValuePair<string, long>>();
        IReadOnlyList<SegmentEntry> entries = snapshot.Manifest.Segments;
        foreach (Segment segment in snapshot.Segments)
        {
            foreach (Section section in segment.Sections)
            {
                int position = sizes.FindIndex(one => one.Key == section.Label);
                if (position < 0)
                    sizes.Add(new(section.Label, section.Length));
                else
                    sizes[position] = new(section.Label, sizes[position].Value + section.Length);
            }
        }
        return new IndexStatistics
        {
            Commit = (long)snapshot.Manifest.Commit,
            Documents = entries.Sum(one => (long)one.Documents - one.DeletedDocuments),
            Passages = entries.Sum(one => (long)one.Rows - one.DeletedRows),
            DeletedDocuments = entries.Sum(one => (long)one.DeletedDocuments),
            DeletedPassages = entries.Sum(one => (long)one.DeletedRows),
            Segments = snapshot.Segments.Count,
            Bytes = snapshot.FrameBytes + entries.Sum(one => (long)one.Length),
            Sections = sizes,
            Attributes = [.. snapshot.Segments.SelectMany(one => one.Columns).Select(one => one.Name).Distinct()],
        };
    }
}
