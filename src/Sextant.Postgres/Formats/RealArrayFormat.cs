using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sextant.Postgres.Formats;

// real[], as array_send and array_recv have it (PostgreSQL, src/backend/utils/adt/arrayfuncs.c):
//     int32 1 dimension · int32 0: no nulls · int32 700, the type real · int32 n · int32 1, the first index,
//     then for each value int32 4 · binary32. All big-endian.
internal sealed class RealArrayFormat(int dimensions) : RowFormat(dimensions, sizeof(float) * dimensions)
{
    private const int RealType = 700;
    private const int HeadBytes = 5 * sizeof(int);
    private const int ValueBytes = sizeof(int) + sizeof(float);

    public override string Type => "real[]";

    public override int FieldBytes => HeadBytes + (ValueBytes * Dimensions);

    public override bool IsScored => true;

    public override void Write(ReadOnlySpan<byte> row, Span<byte> field)
    {
        ReadOnlySpan<int> head = [1, 0, RealType, Dimensions, 1];
        for (int i = 0; i < head.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(field[(i * sizeof(int))..], head[i]);
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(row);
        for (int i = 0; i < Dimensions; i++)
        {
            Span<byte> value = field.Slice(HeadBytes + (i * ValueBytes), ValueBytes);
            BinaryPrimitives.WriteInt32BigEndian(value, sizeof(float));
            BinaryPrimitives.WriteSingleBigEndian(value[sizeof(int)..], values[i]);
        }
    }

    public override bool Read(ReadOnlySpan<byte> field, Span<byte> row)
    {
        if (field.Length != FieldBytes || BinaryPrimitives.ReadInt32BigEndian(field) != 1
            || BinaryPrimitives.ReadInt32BigEndian(field[(2 * sizeof(int))..]) != RealType
            || BinaryPrimitives.ReadInt32BigEndian(field[(3 * sizeof(int))..]) != Dimensions)
            return false;
        Span<float> values = MemoryMarshal.Cast<byte, float>(row);
        for (int i = 0; i < Dimensions; i++)
        {
            ReadOnlySpan<byte> value = field.Slice(HeadBytes + (i * ValueBytes), ValueBytes);
            if (BinaryPrimitives.ReadInt32BigEndian(value) != sizeof(float))
                return false; // a null
            values[i] = BinaryPrimitives.ReadSingleBigEndian(value[sizeof(int)..]);
        }
        return true;
    }

    public override string Sent(string column) => $"array_send({column})";

    public override string Parsed(string parameter) => $"{parameter}::real[]";

    public override object Parameter(ReadOnlySpan<byte> row) =>
        Text(MemoryMarshal.Cast<byte, float>(row)[..Dimensions], '{', '}');

    public override string Query(ReadOnlySpan<float> query) => Text(query, '{', '}');

    public override string Dot(string column, string query) => Sum("a::float8 * b::float8", column, query);

    public override string NegatedDistance(string column, string query) =>
        Sum("-(a::float8 - b::float8) * (a::float8 - b::float8)", column, query);

    private static string Sum(string term, string column, string query) =>
        $"(select sum({term}) from unnest({column}, {query}::real[]) as pairs(a, b))";
}
