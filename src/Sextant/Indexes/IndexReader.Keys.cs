using Sextant.Runtime;

namespace Sextant.Indexes;

// Documents by their keys.
public sealed partial class IndexReader
{
    /// <summary>Whether there is a document with a key.</summary>
    public bool Contains(string key)
    {
        using CallsInFlight.Call call = Enter();
        return TryFind(key, out _, out _);
    }

    /// <summary>What a document can be found by; null where there is no document with the key.</summary>
    public IReadOnlyList<IndexAttribute>? AttributesOf(string key)
    {
        using CallsInFlight.Call call = Enter();
        return TryFind(key, out Segment? segment, out int document) ? segment!.AttributesOf(document) : null;
    }

    /// <summary>What the values of an attribute are; null where no document has it.</summary>
    public AttributeKind? KindOf(string attribute)
    {
        ArgumentException.ThrowIfNullOrEmpty(attribute);
        using CallsInFlight.Call call = _calls.Enter();
        foreach (Segment segment in _snapshot.Segments)
        {
            if (segment.Column(attribute) is { } column)
                return column.Kind;
        }
        return null;
    }

    /// <summary>The ids of a document's passages; none where there is no document with the key.</summary>
    public (int First, int Count) IdsOf(string key)
    {
        using CallsInFlight.Call call = Enter();
        if (!TryFind(key, out Segment? segment, out int document))
            return (0, 0);
        (int first, int end) = segment!.RowsOf(document);
        return (_firstIds[_snapshot.Segments.IndexOf(segment)] + first, end - first);
    }

    /// <summary>
    /// The keys of all documents, those committed first coming first; the index may be disposed meanwhile, and refuses
    /// to go on then.
    /// </summary>
    public IEnumerable<string> Keys()
    {
        for (int i = 0; i < _firstIds.Length; i++)
        {
            int documents = _snapshot.Segments[i].Documents;
            for (int document = 0; document < documents; document++)
            {
                if (KeyIfLive(i, document) is { } key)
                    yield return key;
            }
        }
    }

    // A call of its own, so that the memory does not go away under it.
    private string? KeyIfLive(int segment, int document)
    {
        using CallsInFlight.Call call = _calls.Enter();
        Segment one = _snapshot.Segments[segment];
        one.RequireWhole();
        return _snapshot.Deleted[segment]?.Contains(document) == true ? null : one.Key(document);
    }

    private bool TryFind(string key, out Segment? segment, out int document)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] bytes = KeyHash.Bytes(key);
        for (int i = 0; i < _firstIds.Length; i++)
        {
            document = _snapshot.Segments[i].Find(bytes, _snapshot.Deleted[i]);
            segment = _snapshot.Segments[i];
            if (document >= 0)
                return true;
        }
        (segment, document) = (null, -1);
        return false;
    }
}
