namespace Sextant.Indexes;

/// <summary>Takes documents of a segment over into another as they are: nothing is encoded again.</summary>
internal sealed class SegmentCopy
{
    private readonly IndexSnapshot _index;
    private readonly Segment _segment;
    private readonly byte[] _code;
    private readonly List<(int Term, int Times)>[]? _terms;

    public SegmentCopy(IndexSnapshot index, Segment segment)
    {
        (_index, _segment) = (index, segment);
        _code = new byte[index.Codes.Layout.RowBytes];
        segment.RequireWhole();
        _terms = segment.Terms?.ByRow();
    }

    public void Document(int document, SegmentBuilder destination)
    {
        destination.BeginDocument(_segment.Key(document), _segment.AttributesOf(document));
        (int first, int end) = _segment.RowsOf(document);
        _segment.RequireWhole();
        for (int row = first; row < end; row++)
        {
            if (_terms is not null)
                destination.AddTerms(_segment.Terms!, _terms[row]);
            _index.Codes.Layout.Read(_segment.Codes, _segment.Rows, row, _code);
            destination.AddRow(
                _code, _index.Vectors is { } vectors ? _segment.Vector(row, vectors.RowBytes) : [],
                _segment.Payload(row));
        }
    }
}
