using System.Text;

namespace Sextant.Indexes;

/// <summary>The terms of a segment's rows, where they are mapped. Reading is thread-safe.</summary>
internal sealed class SegmentTerms
{
    private readonly int _rows;
    private readonly int _terms;
    private readonly Section _offsets;
    private readonly Section _bytes;
    private readonly Section _postingOffsets;
    private readonly Section _postings;
    private readonly Section _counts;

    public SegmentTerms(int rows, Section offsets, Section bytes, Section postingOffsets, Section postings,
        Section counts)
    {
        (_rows, _offsets, _bytes) = (rows, offsets, bytes);
        (_postingOffsets, _postings, _counts) = (postingOffsets, postings, counts);
        long terms = (offsets.Length / sizeof(ulong)) - 1;
        if (offsets.Length % sizeof(ulong) != 0 || terms is < 0 or > int.MaxValue)
            throw offsets.Damaged("does not list terms");
        if (postingOffsets.Length != offsets.Length)
            throw postingOffsets.Damaged("does not have a position for each term");
        _terms = (int)terms;
    }

    /// <summary>Terms of a row, repetitions included.</summary>
    public uint Count(int row) => _counts.Element<uint>(row);

    /// <summary>Calls for each row that has a term, in ascending order.</summary>
    public void Find(ReadOnlySpan<byte> term, Action<int, int> found)
    {
        (int low, int high) = (0, _terms); // the first that is not below the term
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (Term(middle).SequenceCompareTo(term) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < _terms && Term(low).SequenceEqual(term))
            Read(low, found);
    }

    /// <summary>The terms of all rows, as lists of their numbers and times: what copying rows needs.</summary>
    public List<(int Term, int Times)>[] ByRow()
    {
        var rows = new List<(int Term, int Times)>[_rows];
        for (int row = 0; row < _rows; row++)
            rows[row] = [];
        for (int term = 0; term < _terms; term++)
        {
            int one = term;
            Read(term, (row, times) => rows[row].Add((one, times)));
        }
        return rows;
    }

    /// <summary>A term by its number.</summary>
    public string Text(int term) => Encoding.UTF8.GetString(Term(term));

    private ReadOnlySpan<byte> Term(int term) => Between(_offsets, _bytes, term);

    private static ReadOnlySpan<byte> Between(Section offsets, Section bytes, int position)
    {
        ulong start = offsets.Element<ulong>(position), end = offsets.Element<ulong>(position + 1);
        return start <= end && end <= (ulong)bytes.Length
            ? bytes.Bytes((long)start, (long)(end - start))
            : throw offsets.Damaged("is not in ascending order");
    }

    private void Read(int term, Action<int, int> found)
    {
        ReadOnlySpan<byte> bytes = Between(_postingOffsets, _postings, term);
        for (long row = -1; !bytes.IsEmpty;)
        {
            row += 1 + (long)Number(ref bytes);
            uint times = Number(ref bytes);
            if (row >= _rows || times is 0 or > int.MaxValue)
                throw _postings.Damaged("names a row that there is not");
            found((int)row, (int)times);
        }
    }

    private uint Number(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int position = 0; position < bytes.Length && position < 5; position++)
        {
            value |= (ulong)(bytes[position] & 0x7F) << (7 * position);
            if (bytes[position] >= 0x80)
                continue;
            bytes = bytes[(position + 1)..];
            return value <= uint.MaxValue ? (uint)value : throw _postings.Damaged("holds a number that is too large");
        }
        throw _postings.Damaged("ends within a number");
    }
}
