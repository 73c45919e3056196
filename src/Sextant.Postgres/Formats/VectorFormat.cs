using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Sextant.Postgres.Formats;

// pgvector's vector(n), as vector_send and vector_recv have it (pgvector, src/vector.c):
//     int16 n · int16 0 · n binary32, all big-endian.
internal sealed class VectorFormat(int dimensions) : RowFormat(dimensions, sizeof(float) * dimensions)
{
    private const int HeadBytes = 2 * sizeof(short);

    public override string Type => string.Create(CultureInfo.InvariantCulture, $"vector({Dimensions})");

    public override int FieldBytes => HeadBytes + RowBytes;

    public override bool IsScored => true;

    public override void Write(ReadOnlySpan<byte> row, Span<byte> field)
    {
        BinaryPrimitives.WriteInt16BigEndian(field, (short)Dimensions);
        BinaryPrimitives.WriteInt16BigEndian(field[sizeof(short)..], 0);
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(row);
        for (int i = 0; i < Dimensions; i++)
            BinaryPrimitives.WriteSingleBigEndian(field[(HeadBytes + (i * sizeof(float)))..], values[i]);
    }

    public override bool Read(ReadOnlySpan<byte> field, Span<byte> row)
    {
        if (field.Length != FieldBytes || BinaryPrimitives.ReadInt16BigEndian(field) != Dimensions)
            return false;
        Span<float> values = MemoryMarshal.Cast<byte, float>(row);
        for (int i = 0; i < Dimensions; i++)
            values[i] = BinaryPrimitives.ReadSingleBigEndian(field[(HeadBytes + (i * sizeof(float)))..]);
        return true;
    }

    public override string Sent(string column) => $"vector_send({column})";

    public override string Parsed(string parameter) => $"{parameter}::{Type}";

    public override object Parameter(ReadOnlySpan<byte> row) =>
        Text(MemoryMarshal.Cast<byte, float>(row)[..Dimensions], '[', ']');

    public override string Dot(string column, string query) => $"-({column} <#> {Parsed(query)})";

    public override string NegatedDistance(string column, string query) =>
        $"-power({column} <-> {Parsed(query)}, 2)";

    public override string GraphOperators(bool isDistance) => isDistance ? "vector_l2_ops" : "vector_ip_ops";

    public override string GraphDistance(string column, string query, bool isDistance) =>
        $"{column} {(isDistance ? "<->" : "<#>")} {Parsed(query)}";
}
