using System.Text;

namespace Sextant.Indexes;

/// <summary>The terms of a segment's rows, as they grow: what BM25 counts (FORMAT.md, "Terms").</summary>
internal sealed class TermBuilder
{
    private readonly Dictionary<string, List<(int Row, int Times)>> _postings = new(StringComparer.Ordinal);
    private readonly ByteWriter _counts = new();
    private int _rows;

    /// <summary>Adds the terms of the next row, repetitions included.</summary>
    public void Add(IReadOnlyCollection<string> terms)
    {
        foreach (string term in terms)
            Count(term, 1);
        EndRow((uint)terms.Count);
    }

    /// <summary>Adds a term of the next row; the same one again counts more.</summary>
    public void Count(string term, int times)
    {
        if (!_postings.TryGetValue(term, out List<(int Row, int Times)>? postings))
            _postings.Add(term, postings = []);
        // Rows come in order, so this one's posting can only be the last.
        if (postings.Count > 0 && postings[^1].Row == _rows)
            postings[^1] = (_rows, postings[^1].Times + times);
        else
            postings.Add((_rows, times));
    }

    /// <summary>Ends a row that has so many terms, repetitions included.</summary>
    public void EndRow(uint count)
    {
        _counts.UInt32(count);
        _rows++;
    }

    public IEnumerable<SectionBytes> Sections()
    {
        (byte[] Term, List<(int Row, int Times)> Postings)[] all =
            [.. _postings.Select(one => (Encoding.UTF8.GetBytes(one.Key), one.Value))];
        Array.Sort(all, static (left, right) => left.Term.AsSpan().SequenceCompareTo(right.Term));
        ByteWriter termOffsets = new(), terms = new(), postingOffsets = new(), postings = new();
        foreach ((byte[] term, List<(int Row, int Times)> rows) in all)
        {
            termOffsets.UInt64((ulong)terms.Length);
            terms.Bytes(term);
            postingOffsets.UInt64((ulong)postings.Length);
            int before = -1;
            foreach ((int row, int times) in rows)
            {
                Number(postings, (uint)(row - before - 1));
                Number(postings, (uint)times);
                before = row;
            }
        }
        termOffsets.UInt64((ulong)terms.Length);
        postingOffsets.UInt64((ulong)postings.Length);
        return
        [
            new(SectionKind.TermOffsets, "", termOffsets.Memory),
            new(SectionKind.Terms, "", terms.Memory),
            new(SectionKind.PostingOffsets, "", postingOffsets.Memory),
            new(SectionKind.Postings, "", postings.Memory),
            new(SectionKind.TermCounts, "", _counts.Memory),
        ];
    }

    // Seven bits a byte, the low ones first; the highest bit says that more follow.
    private static void Number(ByteWriter bytes, uint value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.Byte((byte)(value | 0x80));
        bytes.Byte((byte)value);
    }
}
