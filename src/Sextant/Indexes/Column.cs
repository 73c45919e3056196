using System.Text;

namespace Sextant.Indexes;

/// <summary>An attribute of a segment's documents.</summary>
internal sealed class Column(Section values, Section? offsets, Section? bytes)
{
    public string Name => values.Name;

    public bool IsText => offsets is not null;

    /// <summary>How many different texts there are.</summary>
    public int Texts => offsets is null ? 0 : (int)(offsets.Length / sizeof(ulong)) - 1;

    /// <summary>The number of a document, or null.</summary>
    public long? Number(int document)
    {
        long value = values.Element<long>(document);
        return value == long.MinValue ? null : value;
    }

    /// <summary>Which of the texts a document has; −1: none.</summary>
    public int TextOf(int document)
    {
        uint code = values.Element<uint>(document);
        return code <= (uint)Texts ? (int)code - 1 : throw values.Damaged("names a text that there is not");
    }

    /// <summary>One of the texts.</summary>
    public string Text(int text)
    {
        ulong start = offsets!.Element<ulong>(text), end = offsets.Element<ulong>(text + 1);
        if (start > end || end > (ulong)bytes!.Length)
            throw offsets.Damaged("is not in ascending order");
        return Encoding.UTF8.GetString(bytes.Bytes((long)start, (long)(end - start)));
    }

    /// <summary>Refuses sections that do not fit the documents.</summary>
    public void Require(int documents)
    {
        long size = IsText ? sizeof(uint) : sizeof(long);
        if (values.Length != documents * size)
            throw values.Damaged("does not have a value for each document");
        if (offsets is not null && (offsets.Length < sizeof(ulong) || offsets.Length % sizeof(ulong) != 0
            || offsets.Length / sizeof(ulong) > int.MaxValue || bytes is null))
        {
            throw offsets.Damaged("does not list texts");
        }
    }
}
