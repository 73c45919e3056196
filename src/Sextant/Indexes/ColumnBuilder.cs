namespace Sextant.Indexes;

/// <summary>An attribute of all documents of a segment, as it grows.</summary>
internal sealed class ColumnBuilder(string name, AttributeKind kind)
{
    // Numbers, bits of numbers, codes of texts: of each document, or of each element of the lists.
    private readonly List<long> _values = [];
    private readonly List<ulong> _starts = []; // of lists
    private readonly Dictionary<string, uint> _codes = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];

    public string Name => name;

    public void Set(int document, in IndexAttribute attribute)
    {
        FillTo(document);
        if (kind.IsList())
        {
            _starts.Add((ulong)_values.Count);
            AddElements(attribute);
            return;
        }
        _values.Add(kind switch
        {
            AttributeKind.Text => Code(attribute.Text!),
            AttributeKind.Boolean => attribute.Bits + 1, // 0 is for documents without the attribute
            _ => attribute.Bits,
        });
    }

    /// <summary>Adds the sections of the column to those of a segment.</summary>
    public void AddSections(int documents, List<SectionBytes> sections)
    {
        FillTo(documents);
        if (kind.IsList())
        {
            _starts.Add((ulong)_values.Count);
            var starts = new ByteWriter();
            foreach (ulong start in _starts)
                starts.UInt64(start);
            sections.Add(new(SectionKind.ListAttributeStarts, name, starts.Memory));
        }
        sections.Add(new(IndexFormat.SectionOf(kind), name, Values().Memory));
        if (kind.Element() != AttributeKind.Text)
            return;
        ByteWriter offsets = new(), bytes = new();
        foreach (string text in _texts)
        {
            offsets.UInt64((ulong)bytes.Length);
            bytes.Text(text);
        }
        offsets.UInt64((ulong)bytes.Length);
        sections.Add(new(SectionKind.StringOffsets, name, offsets.Memory));
        sections.Add(new(SectionKind.StringBytes, name, bytes.Memory));
    }

    private ByteWriter Values()
    {
        var values = new ByteWriter();
        foreach (long value in _values)
        {
            if (kind.Element() == AttributeKind.Text)
                values.UInt32((uint)value);
            else if (kind == AttributeKind.Boolean)
                values.Byte((byte)value);
            else
                values.UInt64((ulong)value);
        }
        return values;
    }

    private void AddElements(in IndexAttribute attribute)
    {
        switch (kind)
        {
            case AttributeKind.Texts:
                foreach (string text in attribute.Texts)
                    _values.Add(Code(text));
                break;
            case AttributeKind.Integers:
                foreach (long number in attribute.Integers)
                    _values.Add(number);
                break;
            default:
                foreach (double number in attribute.Doubles)
                    _values.Add(BitConverter.DoubleToInt64Bits(number));
                break;
        }
    }

    private uint Code(string text)
    {
        if (_codes.TryGetValue(text, out uint code))
            return code;
        _texts.Add(text);
        _codes.Add(text, code = (uint)_texts.Count); // 0 is for documents without the attribute
        return code;
    }

    private void FillTo(int documents)
    {
        if (kind.IsList())
        {
            while (_starts.Count < documents)
                _starts.Add(Column.NoList | (ulong)(uint)_values.Count);
            return;
        }
        long missing = kind switch
        {
            AttributeKind.Integer => long.MinValue,
            AttributeKind.Double => Column.MissingDouble,
            _ => 0,
        };
        while (_values.Count < documents)
            _values.Add(missing);
    }
}
