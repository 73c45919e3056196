using Sextant.Runtime;

namespace Sextant.Indexes;

/// <summary>Where a document lies in a commit.</summary>
internal readonly record struct DocumentPlace(int Segment, int Document);

// Documents as a whole, those without vectors included.
public sealed partial class IndexReader
{
    /// <summary>The document with a key as it is kept, without its terms; null where there is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="withVectors">
    /// Whether its vectors are read, [n, <see cref="KeptDimensions"/>] as <see cref="Vector"/> gives them; else there
    /// are none.
    /// </param>
    /// <exception cref="InvalidIndexException">What has to be read is damaged.</exception>
    public IndexDocument? Document(string key, bool withVectors = true)
    {
        using CallsInFlight.Call call = Enter();
        return Find(key) is { } place ? Read(place, withVectors) : null;
    }

    /// <summary>Where the document with a key lies, or null.</summary>
    internal DocumentPlace? Find(string key)
    {
        using CallsInFlight.Call call = Enter();
        return TryFind(key, out Segment? segment, out int document)
            ? new DocumentPlace(_snapshot.Segments.IndexOf(segment!), document)
            : null;
    }

    /// <summary>The documents that a filter accepts; null: all. Those committed first come first.</summary>
    internal List<DocumentPlace> Find(IndexFilter? filter)
    {
        using CallsInFlight.Call call = Enter();
        filter?.RequireNames(_snapshot.Segments);
        var found = new List<DocumentPlace>();
        for (int i = 0; i < _firstIds.Length; i++)
        {
            Segment segment = _snapshot.Segments[i];
            bool[]? accepted = filter?.Accepted(segment);
            for (int document = 0; document < segment.Documents; document++)
            {
                if (accepted?[document] != false && _snapshot.Deleted[i]?.Contains(document) != true)
                    found.Add(new DocumentPlace(i, document));
            }
        }
        return found;
    }

    /// <summary>The document that a passage is of.</summary>
    internal DocumentPlace PlaceOf(int id)
    {
        using CallsInFlight.Call call = _calls.Enter();
        Segment segment = Locate(id, out int row);
        return new DocumentPlace(_snapshot.Segments.IndexOf(segment), segment.DocumentOf(row));
    }

    /// <summary>The key of a document.</summary>
    internal string Key(DocumentPlace place)
    {
        using CallsInFlight.Call call = _calls.Enter();
        return _snapshot.Segments[place.Segment].Key(place.Document);
    }

    /// <summary>An attribute of a document, or null.</summary>
    internal IndexAttribute? Attribute(DocumentPlace place, string name)
    {
        using CallsInFlight.Call call = _calls.Enter();
        return _snapshot.Segments[place.Segment].Column(name)?.Value(place.Document);
    }

    /// <summary>A document as it is kept.</summary>
    internal IndexDocument Read(DocumentPlace place, bool withVectors)
    {
        using CallsInFlight.Call call = Enter();
        Segment segment = _snapshot.Segments[place.Segment];
        (int first, int end) = segment.RowsOf(place.Document);
        var payloads = new ReadOnlyMemory<byte>[end - first];
        float[] vectors = withVectors ? new float[checked(payloads.Length * KeptDimensions)] : [];
        for (int i = 0; i < payloads.Length; i++)
        {
            payloads[i] = segment.Payload(first + i).ToArray();
            if (withVectors)
                Vector(_firstIds[place.Segment] + first + i, vectors.AsSpan(i * KeptDimensions, KeptDimensions));
        }
        return new IndexDocument
        {
            Key = segment.Key(place.Document),
            Vectors = vectors,
            Payloads = payloads,
            Attributes = segment.AttributesOf(place.Document),
        };
    }
}
