using Sextant.Search;

namespace Sextant.Indexes;

/// <summary>What a section of a segment will hold.</summary>
internal readonly record struct SectionBytes(SectionKind Kind, string Name, ReadOnlyMemory<byte> Bytes);

/// <summary>Documents in memory that will be a segment.</summary>
internal sealed class SegmentBuilder(IndexDefinition definition, CodeEncoder codes, RowCodec? vectors)
{
    // What an array holds, with room to spare for what a section adds.
    private const long MaxBytes = int.MaxValue - (1 << 20);

    // A segment goes to the disk when it has so much, also before it is committed.
    private const long FullBytes = 256L << 20;
    private const int FullRows = 4 << 20;

    private readonly List<uint> _firstRows = [];
    private readonly List<ulong> _hashes = [];
    private readonly ByteWriter _keyOffsets = new();
    private readonly ByteWriter _keys = new();
    private readonly ByteWriter _codes = new();
    private readonly ByteWriter _vectors = new();
    private readonly ByteWriter _newCodes = new();
    private readonly ByteWriter _newVectors = new();
    private readonly TermBuilder? _terms = definition.KeepsTerms ? new TermBuilder() : null;
    private readonly ByteWriter _payloadOffsets = new();
    private readonly ByteWriter _payloads = new();
    private readonly List<ColumnBuilder> _columns = [];
    private readonly Dictionary<string, int> _live = new(StringComparer.Ordinal);
    private readonly List<int> _removed = [];

    public int Documents => _firstRows.Count;

    public int Rows { get; private set; }

    /// <summary>Bytes so far, nearly.</summary>
    public long Bytes => (long)_codes.Length + _vectors.Length + _payloads.Length + _keys.Length;

    /// <summary>Whether it has as much as a segment is to have.</summary>
    public bool IsFull => Bytes > FullBytes || Rows > FullRows;

    public uint RemovedRows { get; private set; }

    public IReadOnlyList<int> Removed => _removed;

    /// <summary>Encodes the vectors of the document that is added next; changes nothing else.</summary>
    /// <exception cref="ArgumentException">A value has no code.</exception>
    public void Encode(IndexDocument document)
    {
        _newCodes.Clear();
        _newVectors.Clear();
        ReadOnlySpan<float> rest = document.Vectors.Span;
        for (; !rest.IsEmpty; rest = rest[definition.Dimensions..])
        {
            ReadOnlySpan<float> vector = rest[..definition.Dimensions];
            codes.Encode(vector, _newCodes.Reserve(codes.Layout.RowBytes));
            vectors?.Encode(vector, _newVectors.Reserve(vectors.RowBytes));
        }
    }

    /// <summary>Refuses the document that was encoded last where memory is not addressed so far.</summary>
    /// <exception cref="ArgumentException">It is too large for one document.</exception>
    public void RequireRoom(IndexDocument document)
    {
        long payloads = _payloads.Length;
        foreach (ReadOnlyMemory<byte> payload in document.Payloads)
            payloads += payload.Length;
        long largest = Math.Max(
            Math.Max((long)_codes.Length + _newCodes.Length, (long)_vectors.Length + _newVectors.Length),
            Math.Max(payloads, (long)_payloadOffsets.Length + (document.Vectors.Length / definition.Dimensions * 8L)));
        if (largest > MaxBytes)
        {
            throw new ArgumentException(
                $"the document '{document.Key}' is too large: its vectors, codes and payloads take at most 2 GiB each.",
                nameof(document));
        }
    }

    /// <summary>Adds the document that was encoded last, in the place of one with the same key.</summary>
    public void Add(IndexDocument document)
    {
        BeginDocument(document.Key, document.Attributes);
        AddRows(document);
    }

    /// <summary>Adds the rows that were encoded last to the last document.</summary>
    public void AddRows(IndexDocument document)
    {
        _codes.Bytes(_newCodes.Written);
        _vectors.Bytes(_newVectors.Written);
        for (int row = 0; row < document.Vectors.Length / definition.Dimensions; row++)
        {
            _terms?.Add(document.Terms[row]);
            AddPayload(document.Payloads.Count == 0 ? [] : document.Payloads[row].Span);
        }
    }

    public void BeginDocument(string key, IReadOnlyList<IndexAttribute> attributes)
    {
        Begin(key);
        Finish(key, attributes);
    }

    /// <summary>Begins a document that is not there until it is finished, and never if it is abandoned.</summary>
    public void Begin(string key)
    {
        _firstRows.Add((uint)Rows);
        _keyOffsets.UInt64((ulong)_keys.Length);
        int before = _keys.Length;
        _keys.Text(key);
        _hashes.Add(KeyHash.Of(_keys.Written[before..]));
    }

    /// <summary>Puts the last document in the place of one with the same key.</summary>
    public void Finish(string key, IReadOnlyList<IndexAttribute> attributes)
    {
        int document = Documents - 1;
        Remove(key);
        _live.Add(key, document);
        foreach (IndexAttribute attribute in attributes)
            Column(attribute).Set(document, attribute);
    }

    /// <summary>Takes out the last document, which was begun and will not be finished.</summary>
    public void Abandon()
    {
        RemovedRows += (uint)Rows - _firstRows[^1];
        _removed.Add(Documents - 1);
    }

    /// <summary>Adds a row that is encoded already to the last document.</summary>
    public void AddRow(ReadOnlySpan<byte> code, ReadOnlySpan<byte> vector, ReadOnlySpan<byte> payload)
    {
        _codes.Bytes(code);
        _vectors.Bytes(vector);
        AddPayload(payload);
    }

    /// <summary>Adds the terms of the row that is added next, as another segment has them.</summary>
    public void AddTerms(SegmentTerms source, List<(int Term, int Times)> terms)
    {
        uint count = 0;
        foreach ((int term, int times) in terms)
        {
            _terms!.Count(source.Text(term), times);
            count += (uint)times;
        }
        _terms!.EndRow(count);
    }

    /// <summary>Adds the terms of the row that is added next, counted.</summary>
    public void AddTerms(IReadOnlyCollection<KeyValuePair<string, int>> terms)
    {
        uint count = 0;
        foreach ((string term, int times) in terms)
        {
            _terms!.Count(term, times);
            count += (uint)times;
        }
        _terms!.EndRow(count);
    }

    /// <summary>Takes a document out again; says whether it was there.</summary>
    public bool Remove(string key)
    {
        if (!_live.Remove(key, out int document))
            return false;
        int end = document + 1 < Documents ? (int)_firstRows[document + 1] : Rows;
        RemovedRows += (uint)end - _firstRows[document];
        _removed.Add(document);
        return true;
    }

    public bool Contains(string key) => _live.ContainsKey(key);

    /// <summary>All sections, in the order of the file; nothing can be added afterwards.</summary>
    public List<SectionBytes> Sections()
    {
        var firstRows = new ByteWriter();
        foreach (uint row in _firstRows)
            firstRows.UInt32(row);
        firstRows.UInt32((uint)Rows);
        _keyOffsets.UInt64((ulong)_keys.Length);
        _payloadOffsets.UInt64((ulong)_payloads.Length);
        ulong[] hashes = [.. _hashes];
        uint[] order = [.. Enumerable.Range(0, hashes.Length).Select(i => (uint)i)];
        Array.Sort(order, (left, right) =>
        {
            int byHash = hashes[left].CompareTo(hashes[right]);
            return byHash != 0 ? byHash : left.CompareTo(right);
        });
        ByteWriter sorted = new(), positions = new();
        foreach (uint position in order)
        {
            sorted.UInt64(hashes[position]);
            positions.UInt32(position);
        }
        List<SectionBytes> sections =
        [
            Section(SectionKind.FirstRows, firstRows),
            Section(SectionKind.KeyOffsets, _keyOffsets),
            Section(SectionKind.Keys, _keys),
            Section(SectionKind.KeyHashes, sorted),
            Section(SectionKind.KeyOrder, positions),
            codes.Layout.Planes == 0 ? Section(SectionKind.Codes, _codes)
                : new SectionBytes(SectionKind.Codes, "", codes.Layout.Section(_codes.Written, Rows)),
        ];
        if (codes.Layout.HasLengths)
            sections.Add(Section(SectionKind.Lengths, Lengths()));
        if (codes.Centroids is { } centroids)
            sections.AddRange(ListSections.Of(centroids, codes.Layout, _codes.Written, Rows));
        if (vectors is not null)
            sections.Add(Section(SectionKind.Vectors, _vectors));
        if (_terms is not null)
            sections.AddRange(_terms.Sections());
        sections.Add(Section(SectionKind.PayloadOffsets, _payloadOffsets));
        sections.Add(Section(SectionKind.Payloads, _payloads));
        foreach (ColumnBuilder column in _columns)
            column.AddSections(Documents, sections);
        return sections;
    }

    private ByteWriter Lengths()
    {
        var lengths = new ByteWriter();
        int bytes = codes.Layout.RowBytes;
        for (int row = 0; row < Rows; row++)
            lengths.Single(codes.Length(_codes.Written.Slice(row * bytes, bytes)));
        return lengths;
    }

    private static SectionBytes Section(SectionKind kind, ByteWriter bytes) =>
        new(kind, "", bytes.Memory);

    private void AddPayload(ReadOnlySpan<byte> payload)
    {
        _payloadOffsets.UInt64((ulong)_payloads.Length);
        _payloads.Bytes(payload);
        Rows++;
    }

    private ColumnBuilder Column(in IndexAttribute attribute)
    {
        foreach (ColumnBuilder one in _columns)
        {
            if (one.Name == attribute.Name)
                return one;
        }
        var column = new ColumnBuilder(attribute.Name, attribute.Kind);
        _columns.Add(column);
        return column;
    }
}
