namespace Sextant.Indexes;

/// <summary>An attribute of all documents of a segment, as it grows.</summary>
internal sealed class ColumnBuilder(string name, bool isText)
{
    private readonly List<long> _values = [];
    private readonly Dictionary<string, uint> _codes = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];

    public string Name => name;

    public bool IsText => isText;

    public void Set(int document, in IndexAttribute attribute)
    {
        FillTo(document);
        if (!isText)
        {
            _values.Add(attribute.Number);
            return;
        }
        if (!_codes.TryGetValue(attribute.Text!, out uint code))
        {
            _texts.Add(attribute.Text!);
            _codes.Add(attribute.Text!, code = (uint)_texts.Count); // 0 is for documents without the attribute
        }
        _values.Add(code);
    }

    /// <summary>Adds the sections of the column to those of a segment.</summary>
    public void AddSections(int documents, List<SectionBytes> sections)
    {
        FillTo(documents);
        var values = new ByteWriter();
        foreach (long value in _values)
        {
            if (isText)
                values.UInt32((uint)value);
            else
                values.UInt64((ulong)value);
        }
        sections.Add(new(isText ? SectionKind.Strings : SectionKind.Integers, name, values.Written.ToArray()));
        if (!isText)
            return;
        ByteWriter offsets = new(), bytes = new();
        foreach (string text in _texts)
        {
            offsets.UInt64((ulong)bytes.Length);
            bytes.Text(text);
        }
        offsets.UInt64((ulong)bytes.Length);
        sections.Add(new(SectionKind.StringOffsets, name, offsets.Written.ToArray()));
        sections.Add(new(SectionKind.StringBytes, name, bytes.Written.ToArray()));
    }

    private void FillTo(int documents)
    {
        while (_values.Count < documents)
            _values.Add(isText ? 0 : long.MinValue);
    }
}
