using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>Which ids of a reader are of documents that are not deleted. Thread-safe.</summary>
internal sealed class LiveIds
{
    private readonly IndexReader _reader;

    /// <param name="reader">Whose ids they are; its number of ids is known.</param>
    /// <param name="snapshot">What it sees.</param>
    /// <param name="firstIds">The first id of each segment.</param>
    public LiveIds(IndexReader reader, IndexSnapshot snapshot, int[] firstIds)
    {
        _reader = reader;
        if (snapshot.Deleted.Exists(one => one is not null))
            All = Find(snapshot, firstIds);
    }

    /// <summary>All of them; null where nothing is deleted.</summary>
    public IdSet? All { get; }

    /// <summary>
    /// Those of a set; a set that somebody else made may have deleted ids, which costs a set of its own.
    /// </summary>
    /// <param name="allowed">Null: all.</param>
    public IdSet? Among(IdSet? allowed)
    {
        IdSet.Require(allowed, _reader.Ids);
        if (All is null || ReferenceEquals(allowed?.MadeBy, _reader))
            return allowed;
        if (allowed is null)
            return All;
        var both = new IdSet(_reader.Ids) { MadeBy = _reader };
        both.UnionWith(All);
        both.IntersectWith(allowed);
        return both;
    }

    private IdSet Find(IndexSnapshot snapshot, int[] firstIds)
    {
        var live = new IdSet(_reader.Ids) { MadeBy = _reader };
        for (int i = 0; i < firstIds.Length; i++)
        {
            Segment segment = snapshot.Segments[i];
            live.AddRange(firstIds[i], firstIds[i] + segment.Rows);
            if (snapshot.Deleted[i] is not { } deleted)
                continue;
            for (int document = 0; document < segment.Documents; document++)
            {
                if (!deleted.Contains(document))
                    continue;
                (int first, int end) = segment.RowsOf(document);
                for (int row = first; row < end; row++)
                    live.Remove(firstIds[i] + row);
            }
        }
        return live;
    }
}
