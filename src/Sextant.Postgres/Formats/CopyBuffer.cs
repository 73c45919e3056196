using System.Buffers.Binary;
using System.Text;

namespace Sextant.Postgres.Formats;

// What COPY … FROM STDIN (FORMAT binary) reads (PostgreSQL's manual, "COPY", "Binary Format"):
//     "PGCOPY\n" FF "\r\n" 00 · int32 0: no flags · int32 0: no extension,
//     for each row int16 fields, for each field int32 length or −1 for null, and its bytes; at the end int16 −1.
internal sealed class CopyBuffer
{
    private byte[] _bytes = new byte[1 << 18];
    private int _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public void Head()
    {
        "PGCOPY\n"u8.CopyTo(Take(7));
        ((ReadOnlySpan<byte>)[0xFF, (byte)'\r', (byte)'\n', 0]).CopyTo(Take(4));
        Take(2 * sizeof(int)).Clear();
    }

    public void Row(int fields) => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), (short)fields);

    public void End() => BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), -1);

    public void Null() => BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), -1);

    /// <summary>The bytes of the next field, to be filled at once.</summary>
    public Span<byte> Field(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), length);
        return Take(length);
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Field(bytes.Length));

    public void Text(string text) => Encoding.UTF8.GetBytes(text, Field(Encoding.UTF8.GetByteCount(text)));

    public void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Field(sizeof(int)), value);

    /// <summary>jsonb, as jsonb_recv has it: a byte 1, the version, and the text.</summary>
    public void Json(ReadOnlySpan<byte> text)
    {
        Span<byte> field = Field(1 + text.Length);
        field[0] = 1;
        text.CopyTo(field[1..]);
    }

    private Span<byte> Take(int length)
    {
        if (length > _bytes.Length - _length)
        {
            long doubled = Math.Min(2L * _bytes.Length, Array.MaxLength);
            Array.Resize(ref _bytes, checked((int)Math.Max(_length + (long)length, doubled)));
        }
        Span<byte> taken = _bytes.AsSpan(_length, length);
        _length += length;
        return taken;
    }
}
