using System.Buffers.Binary;
using System.Globalization;
using Sextant.Codes;

namespace Sextant.Postgres.Formats;

// bit(n), as bit_send and bit_recv have it (PostgreSQL, src/backend/utils/adt/varbit.c):
//     int32 n · ⌈n / 8⌉ bytes, the first bit being the most significant one of the first byte; the rest is zero.
// That is the order of BinaryCode: dimension i is the bit that B'…' shows at position i, and get_bit(code, i).
internal sealed class BitFormat(int bits) : RowFormat(bits, BinaryCode.Bytes(bits))
{
    public override string Type => string.Create(CultureInfo.InvariantCulture, $"bit({Dimensions})");

    public override int FieldBytes => sizeof(int) + RowBytes;

    public override void Write(ReadOnlySpan<byte> row, Span<byte> field)
    {
        BinaryPrimitives.WriteInt32BigEndian(field, Dimensions);
        row[..RowBytes].CopyTo(field[sizeof(int)..]);
    }

    public override bool Read(ReadOnlySpan<byte> field, Span<byte> row)
    {
        if (field.Length != FieldBytes || BinaryPrimitives.ReadInt32BigEndian(field) != Dimensions)
            return false;
        field[sizeof(int)..].CopyTo(row);
        return true;
    }

    public override string Sent(string column) => $"bit_send({column})";

    public override string Parsed(string parameter) => $"{parameter}::{Type}";

    public override object Parameter(ReadOnlySpan<byte> row)
    {
        char[] text = new char[Dimensions];
        for (int i = 0; i < text.Length; i++)
            text[i] = (row[i / 8] & (0x80 >> (i % 8))) != 0 ? '1' : '0';
        return new string(text);
    }

    public override string GraphOperators(bool isDistance) => "bit_hamming_ops";

    public override string GraphDistance(string column, string query, bool isDistance) =>
        $"{column} <~> {Parsed(query)}";
}
