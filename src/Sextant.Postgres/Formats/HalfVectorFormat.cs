using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Sextant.Postgres.Formats;

// pgvector's halfvec(n), as halfvec_send and halfvec_recv have it (pgvector, src/halfvec.c):
//     int16 n · int16 0 · n binary16, all big-endian.
internal sealed class HalfVectorFormat(int dimensions) : RowFormat(dimensions, sizeof(ushort) * dimensions)
{
    private const int HeadBytes = 2 * sizeof(short);

    public override string Type => string.Create(CultureInfo.InvariantCulture, $"halfvec({Dimensions})");

    public override int FieldBytes => HeadBytes + RowBytes;

    public override bool IsScored => true;

    public override void Write(ReadOnlySpan<byte> row, Span<byte> field)
    {
        BinaryPrimitives.WriteInt16BigEndian(field, (short)Dimensions);
        BinaryPrimitives.WriteInt16BigEndian(field[sizeof(short)..], 0);
        BinaryPrimitives.ReverseEndianness(
            MemoryMarshal.Cast<byte, ushort>(row)[..Dimensions],
            MemoryMarshal.Cast<byte, ushort>(field[HeadBytes..]));
    }

    public override bool Read(ReadOnlySpan<byte> field, Span<byte> row)
    {
        if (field.Length != FieldBytes || BinaryPrimitives.ReadInt16BigEndian(field) != Dimensions)
            return false;
        BinaryPrimitives.ReverseEndianness(
            MemoryMarshal.Cast<byte, ushort>(field[HeadBytes..]), MemoryMarshal.Cast<byte, ushort>(row));
        return true;
    }

    public override string Sent(string column) => $"halfvec_send({column})";

    public override string Parsed(string parameter) => $"{parameter}::{Type}";

    public override object Parameter(ReadOnlySpan<byte> row)
    {
        float[] values = new float[Dimensions];
        Codes.Float16Code.Decode(MemoryMarshal.Cast<byte, Half>(row)[..Dimensions], values);
        return Text(values, '[', ']');
    }

    // The query is a vector of floats: as halfvec it would lose digits.
    public override string Dot(string column, string query) => $"-({column}::vector <#> {query}::vector)";

    public override string NegatedDistance(string column, string query) =>
        $"-power({column}::vector <-> {query}::vector, 2)";

    public override string GraphOperators(bool isDistance) => isDistance ? "halfvec_l2_ops" : "halfvec_ip_ops";

    public override string GraphDistance(string column, string query, bool isDistance) =>
        $"{column} {(isDistance ? "<->" : "<#>")} {Parsed(query)}";
}
