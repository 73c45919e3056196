using Sextant.Runtime;

namespace Sextant.Indexes;

// Documents as they are kept, for copies of the index elsewhere.
public sealed partial class IndexReader
{
    /// <summary>
    /// All documents in the order of their ids, encoded as they are; the index may be disposed meanwhile, and refuses
    /// to go on then.
    /// </summary>
    /// <exception cref="InvalidIndexException">What has to be read is damaged.</exception>
    internal IEnumerable<EncodedDocument> EncodedDocuments()
    {
        for (int i = 0; i < _firstIds.Length; i++)
        {
            List<(int Term, int Times)>[]? terms = TermsByRow(i);
            int documents = _snapshot.Segments[i].Documents;
            for (int document = 0; document < documents; document++)
            {
                if (EncodedIfLive(i, document, terms) is { } one)
                    yield return one;
            }
        }
    }

    private List<(int Term, int Times)>[]? TermsByRow(int segment)
    {
        using CallsInFlight.Call call = Enter();
        return _snapshot.Segments[segment].Terms?.ByRow();
    }

    // A call of its own, so that the memory does not go away under it.
    private EncodedDocument? EncodedIfLive(int segment, int document, List<(int Term, int Times)>[]? terms)
    {
        using CallsInFlight.Call call = _calls.Enter();
        Segment one = _snapshot.Segments[segment];
        one.RequireWhole();
        if (_snapshot.Deleted[segment]?.Contains(document) == true)
            return null;
        (int first, int end) = one.RowsOf(document);
        var passages = new EncodedPassage[end - first];
        for (int row = first; row < end; row++)
        {
            byte[] code = new byte[_snapshot.Codes.Layout.RowBytes];
            _snapshot.Codes.Layout.Read(one.Codes, one.Rows, row, code);
            byte[] vector = _snapshot.Vectors is { } vectors ? one.Vector(row, vectors.RowBytes).ToArray() : [];
            KeyValuePair<string, int>[] counted = terms is null ? []
                : [.. terms[row].Select(term => KeyValuePair.Create(one.Terms!.Text(term.Term), term.Times))];
            passages[row - first] = new EncodedPassage(code, vector, one.Payload(row).ToArray(), counted);
        }
        return new EncodedDocument(one.Key(document), one.AttributesOf(document), passages);
    }
}
