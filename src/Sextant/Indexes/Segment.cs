using System.Text;
using Sextant.Codes;

namespace Sextant.Indexes;

/// <summary>
/// A segment, mapped or in memory: documents, and the rows of each. Reading is thread-safe. Several commits may have
/// it (<see cref="Share"/>); the last that is disposed frees it.
/// </summary>
internal sealed class Segment : IDisposable
{
    private readonly SegmentBytes _file;
    private readonly Section _firstRows;
    private readonly Section _keyOffsets;
    private readonly Section _keys;
    private readonly Section _keyHashes;
    private readonly Section _keyOrder;
    private readonly Section _payloadOffsets;
    private readonly Section _payloads;
    private int _holders = 1;

    private Segment(SegmentBytes file, List<Section> sections, SegmentEntry entry, IndexSnapshot index)
    {
        (_file, Sections, Documents, Rows) = (file, sections, (int)entry.Documents, (int)entry.Rows);
        (IndexDefinition definition, CodeLayout codes) = (index.Definition, index.Codes.Layout);
        _firstRows = Find(SectionKind.FirstRows, 4L * (Documents + 1L));
        _keyOffsets = Find(SectionKind.KeyOffsets, 8L * (Documents + 1L));
        _keys = Find(SectionKind.Keys, null);
        _keyHashes = Find(SectionKind.KeyHashes, 8L * Documents);
        _keyOrder = Find(SectionKind.KeyOrder, 4L * Documents);
        _payloadOffsets = Find(SectionKind.PayloadOffsets, 8L * (Rows + 1L));
        _payloads = Find(SectionKind.Payloads, null);
        Codes = Find(SectionKind.Codes, codes.Length(Rows));
        Vectors = index.Vectors is { } vectors ? Find(SectionKind.Vectors, (long)Rows * vectors.RowBytes) : null;
        Lengths = codes.HasLengths ? Find(SectionKind.Lengths, (long)Rows * sizeof(float)) : null;
        if (definition.Lists > 0)
        {
            Lists = new SegmentLists(
                codes, Rows, Find(SectionKind.ListStarts, (definition.Lists + 1L) * sizeof(uint)),
                Find(SectionKind.ListRows, (long)Rows * sizeof(uint)), Find(SectionKind.ListCodes, codes.Length(Rows)));
        }
        if (definition.KeepsTerms)
        {
            Terms = new SegmentTerms(
                Rows, Find(SectionKind.TermOffsets, null), Find(SectionKind.Terms, null),
                Find(SectionKind.PostingOffsets, null), Find(SectionKind.Postings, null),
                Find(SectionKind.TermCounts, (long)Rows * sizeof(uint)));
        }
        Columns = [.. ReadColumns()];
        Codes.Numbers = NumbersOf(definition.Code);
        if (Vectors is not null)
            Vectors.Numbers = NumbersOf(definition.Rescore!.Value);
        if (Lengths is not null)
            Lengths.Numbers = VectorCode.Float32;
        if (FirstRow(0) != 0 || FirstRow(Documents) != Rows)
            throw _firstRows.Damaged("does not cover the rows");
    }

    public int Documents { get; }

    public int Rows { get; }

    public List<Section> Sections { get; }

    public Section Codes { get; }

    public Section? Vectors { get; }

    /// <summary>The lengths of what codes stand for, where the layout has them.</summary>
    public Section? Lengths { get; }

    /// <summary>The codes once more, by lists, where the index has them.</summary>
    public SegmentLists? Lists { get; }

    /// <summary>The terms of the rows, where the index keeps them.</summary>
    public SegmentTerms? Terms { get; }

    public Column[] Columns { get; }

    /// <summary>Maps a segment and checks that its sections are those that an index needs.</summary>
    /// <param name="folder">The index.</param>
    /// <param name="entry">The segment, as the manifest has it.</param>
    /// <param name="index">What the index is made of.</param>
    public static Segment Open(string folder, SegmentEntry entry, IndexSnapshot index)
    {
        string path = Path.Combine(folder, IndexFormat.SegmentName(entry.Number));
        var file = MappedFile.Open(path, entry.Length);
        try
        {
            return new Segment(file, SegmentFile.ReadSections(file, entry), entry, index);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A segment of bytes in memory.</summary>
    public static Segment Of(MemoryBytes bytes, List<Section> sections, SegmentEntry entry, IndexSnapshot index) =>
        new(bytes, sections, entry, index);

    /// <summary>The same for another commit, which disposes it too.</summary>
    public Segment Share()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    /// <summary>The first row of a document; for Documents, the number of rows.</summary>
    public int FirstRow(int document)
    {
        uint row = _firstRows.Element<uint>(document);
        return row <= (uint)Rows ? (int)row : throw _firstRows.Damaged("names a row that there is not");
    }

    /// <summary>The rows of a document.</summary>
    public (int First, int End) RowsOf(int document)
    {
        (int first, int end) = (FirstRow(document), FirstRow(document + 1));
        return first <= end ? (first, end) : throw _firstRows.Damaged("is not in ascending order");
    }

    /// <summary>The document that a row is of.</summary>
    public int DocumentOf(int row)
    {
        (int low, int high) = (0, Documents - 1); // the last document that begins at the row or before
        while (low < high)
        {
            int middle = high - ((high - low) / 2);
            if (FirstRow(middle) <= row)
                low = middle;
            else
                high = middle - 1;
        }
        (int first, int end) = RowsOf(low);
        return first <= row && row < end ? low : throw _firstRows.Damaged("has no document for a row");
    }

    public ReadOnlySpan<byte> KeyBytes(int document) => Between(_keyOffsets, _keys, document);

    public string Key(int document) => Encoding.UTF8.GetString(KeyBytes(document));

    public ReadOnlySpan<byte> Payload(int row) => Between(_payloadOffsets, _payloads, row);

    public ReadOnlySpan<byte> Vector(int row, int bytes) => Vectors!.Bytes((long)row * bytes, bytes);

    /// <summary>The document with a key that is not deleted, or −1.</summary>
    public int Find(ReadOnlySpan<byte> key, DocumentSet? deleted)
    {
        ulong hash = KeyHash.Of(key);
        (int low, int high) = (0, Documents); // the first position with this hash or a greater one
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (_keyHashes.Element<ulong>(middle) < hash)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < Documents && _keyHashes.Element<ulong>(low) == hash; low++)
        {
            uint document = _keyOrder.Element<uint>(low);
            if (document >= (uint)Documents)
                throw _keyOrder.Damaged("names a document that there is not");
            if (deleted?.Contains((int)document) != true && KeyBytes((int)document).SequenceEqual(key))
                return (int)document;
        }
        return -1;
    }

    /// <summary>The attributes that a document has.</summary>
    public List<IndexAttribute> AttributesOf(int document)
    {
        var attributes = new List<IndexAttribute>();
        foreach (Column column in Columns)
        {
            if (column.Value(document) is { } attribute)
                attributes.Add(attribute);
        }
        return attributes;
    }

    public Column? Column(string name) => Array.Find(Columns, one => one.Name == name);

    /// <summary>Refuses to go on where the file was cut short: its rows are read where they are mapped.</summary>
    /// <exception cref="InvalidIndexException">It was.</exception>
    public void RequireWhole() => _file.RequireWhole();

    /// <summary>Reads everything and compares it with its checksums.</summary>
    public unsafe void Verify()
    {
        foreach (Section section in Sections)
            section.All();
        for (int document = 0; document < Documents; document++)
        {
            KeyBytes(document);
            RowsOf(document);
            AttributesOf(document);
        }
        for (int row = 0; row < Rows; row++)
            Payload(row);
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;
        foreach (Section section in Sections)
            section.Dispose();
        _file.Dispose();
    }

    private static VectorCode? NumbersOf(VectorCode code) =>
        code is VectorCode.Float32 or VectorCode.Float16 or VectorCode.BFloat16 ? code : null;

    private static ReadOnlySpan<byte> Between(Section offsets, Section bytes, int position)
    {
        ulong start = offsets.Element<ulong>(position), end = offsets.Element<ulong>(position + 1);
        return start <= end && end <= (ulong)bytes.Length
            ? bytes.Bytes((long)start, (long)(end - start))
            : throw offsets.Damaged("is not in ascending order");
    }

    private Section Find(SectionKind kind, long? length)
    {
        Section? found = null;
        foreach (Section one in Sections)
        {
            if (one.Kind != kind)
                continue;
            if (found is not null)
                throw one.Damaged("is there twice");
            found = one;
        }
        if (found is null)
            throw new InvalidIndexException(_file.Path, $"is damaged: it has no section {kind}.");
        return length is null || found.Length == length
            ? found
            : throw found.Damaged(FormattableString.Invariant($"has {found.Length} bytes; {length} are needed"));
    }

    private IEnumerable<Column> ReadColumns()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Section values in Sections)
        {
            if (IndexFormat.AttributeOf(values.Kind) is not { } kind)
                continue;
            if (values.Name.Length == 0)
                throw values.Damaged("has no name, which an attribute needs");
            if (!names.Add(values.Name))
                throw values.Damaged("is there twice");
            Section? Part(SectionKind part) => Sections.Find(one => one.Kind == part && one.Name == values.Name);
            bool hasTexts = kind.Element() == AttributeKind.Text;
            var column = new Column(
                kind, values, kind.IsList() ? Part(SectionKind.ListAttributeStarts) : null,
                hasTexts ? Part(SectionKind.StringOffsets) : null, hasTexts ? Part(SectionKind.StringBytes) : null);
            column.Require(Documents);
            yield return column;
        }
    }
}
