using System.Text;

namespace Sextant.Indexes;

/// <summary>An attribute of a segment's documents. Thread-safe.</summary>
internal sealed class Column(AttributeKind kind, Section values, Section? starts, Section? offsets, Section? bytes)
{
    /// <summary>Bits of the double that stands for a missing one: a NaN that no document has.</summary>
    public const long MissingDouble = 0x7FF8_0000_0000_0001;

    /// <summary>Bit of a start that says that a document has no list.</summary>
    public const ulong NoList = 1UL << 63;

    public string Name => values.Name;

    public AttributeKind Kind => kind;

    /// <summary>How many different texts there are.</summary>
    public int Texts => offsets is null ? 0 : (int)(offsets.Length / sizeof(ulong)) - 1;

    /// <summary>Whether a document has it.</summary>
    public bool Has(int document) => kind switch
    {
        AttributeKind.Text => TextOf(document) >= 0,
        AttributeKind.Integer => Number(document) is not null,
        AttributeKind.Double => Real(document) is not null,
        AttributeKind.Boolean => Flag(document) is not null,
        _ => Elements(document, out _, out _),
    };

    /// <summary>The whole number of a document, or null.</summary>
    public long? Number(int document)
    {
        long value = values.Element<long>(document);
        return value == long.MinValue ? null : value;
    }

    /// <summary>The number of a document, or null.</summary>
    public double? Real(int document)
    {
        long bits = values.Element<long>(document);
        return bits == MissingDouble ? null : BitConverter.Int64BitsToDouble(bits);
    }

    /// <summary>True or false, or null.</summary>
    public bool? Flag(int document) => values.Element<byte>(document) switch
    {
        0 => null,
        1 => false,
        2 => true,
        _ => throw values.Damaged("holds what is neither true nor false"),
    };

    /// <summary>Which of the texts a document, or an element of a list, has; −1: none.</summary>
    public int TextOf(long position)
    {
        uint code = values.Element<uint>(position);
        return code <= (uint)Texts ? (int)code - 1 : throw values.Damaged("names a text that there is not");
    }

    /// <summary>An element of a list of whole numbers.</summary>
    public long NumberAt(long position) => values.Element<long>(position);

    /// <summary>An element of a list of numbers.</summary>
    public double RealAt(long position) => values.Element<double>(position);

    /// <summary>One of the texts.</summary>
    public string Text(int text)
    {
        ulong start = offsets!.Element<ulong>(text), end = offsets.Element<ulong>(text + 1);
        if (start > end || end > (ulong)bytes!.Length)
            throw offsets.Damaged("is not in ascending order");
        return Encoding.UTF8.GetString(bytes.Bytes((long)start, (long)(end - start)));
    }

    /// <summary>Where the elements of a document's list lie; says whether it has one.</summary>
    public bool Elements(int document, out long first, out long end)
    {
        ulong start = starts!.Element<ulong>(document);
        (first, end) = ((long)(start & ~NoList), (long)(starts.Element<ulong>(document + 1) & ~NoList));
        if (first > end || end > values.Length / ElementBytes)
            throw starts.Damaged("is not in ascending order");
        return (start & NoList) == 0;
    }

    /// <summary>What a document has, or null.</summary>
    public IndexAttribute? Value(int document)
    {
        if (!Has(document))
            return null;
        if (kind.IsList())
            return List(document);
        return kind switch
        {
            AttributeKind.Text => new IndexAttribute(Name, Text(TextOf(document))),
            AttributeKind.Integer => new IndexAttribute(Name, Number(document)!.Value),
            AttributeKind.Double => new IndexAttribute(Name, Real(document)!.Value),
            _ => new IndexAttribute(Name, Flag(document)!.Value),
        };
    }

    /// <summary>Refuses sections that do not fit the documents.</summary>
    public void Require(int documents)
    {
        if (kind.IsList() ? starts is null || values.Length % ElementBytes != 0
            : values.Length != documents * (long)ElementBytes)
        {
            throw values.Damaged("does not have a value for each document");
        }
        if (starts is not null && starts.Length != (documents + 1L) * sizeof(ulong))
            throw starts.Damaged("does not have a list for each document");
        if (kind.Element() != AttributeKind.Text)
            return;
        if (offsets is null)
            throw values.Damaged("has no texts");
        if (offsets.Length < sizeof(ulong) || offsets.Length % sizeof(ulong) != 0
            || offsets.Length / sizeof(ulong) > int.MaxValue || bytes is null)
        {
            throw offsets.Damaged("does not list texts");
        }
    }

    private int ElementBytes => kind.Element() switch
    {
        AttributeKind.Text => sizeof(uint),
        AttributeKind.Boolean => sizeof(byte),
        _ => sizeof(long),
    };

    private IndexAttribute List(int document)
    {
        Elements(document, out long first, out long end);
        IEnumerable<long> positions = Enumerable.Range(0, checked((int)(end - first))).Select(i => first + i);
        return kind switch
        {
            AttributeKind.Texts => new IndexAttribute(Name, positions.Select(ElementText)),
            AttributeKind.Integers => new IndexAttribute(Name, positions.Select(NumberAt)),
            _ => new IndexAttribute(Name, positions.Select(RealAt)),
        };
    }

    private string ElementText(long position) =>
        TextOf(position) is >= 0 and int text ? Text(text) : throw values.Damaged("holds a list with a missing text");
}
