using System.Buffers.Binary;

namespace Sextant.Postgres.Formats;

// pgvector's sparsevec(n), as sparsevec_send and sparsevec_recv have it (pgvector, src/sparsevec.c):
//     int32 n · int32 how many values are not zero · int32 0 · their dimensions, int32, from 0, ascending
//     · their values, binary32. All big-endian.
internal static class SparseVectorFormat
{
    private const int HeadBytes = 3 * sizeof(int);

    public static int FieldBytes(int count) => HeadBytes + (count * (sizeof(int) + sizeof(float)));

    /// <param name="dimensions">Of the vector.</param>
    /// <param name="indices">Of the values that are not zero: from 0, ascending, no one twice.</param>
    /// <param name="values">As many, finite, none of them zero.</param>
    /// <param name="field">[FieldBytes].</param>
    /// <exception cref="ArgumentException">They are no such vector, which the server would refuse.</exception>
    public static void Write(int dimensions, ReadOnlySpan<int> indices, ReadOnlySpan<float> values, Span<byte> field)
    {
        if (indices.Length != values.Length)
            throw new ArgumentException($"{values.Length} values for {indices.Length} dimensions.", nameof(values));
        BinaryPrimitives.WriteInt32BigEndian(field, dimensions);
        BinaryPrimitives.WriteInt32BigEndian(field[sizeof(int)..], indices.Length);
        BinaryPrimitives.WriteInt32BigEndian(field[(2 * sizeof(int))..], 0);
        Span<byte> places = field[HeadBytes..], numbers = places[(indices.Length * sizeof(int))..];
        for (int i = 0; i < indices.Length; i++)
        {
            if (indices[i] < (i == 0 ? 0 : indices[i - 1] + 1) || indices[i] >= dimensions)
                throw new ArgumentException($"dimension {indices[i]} is out of order or range.", nameof(indices));
            if (!float.IsFinite(values[i]) || values[i] == 0)
                throw new ArgumentException($"the value {values[i]} is zero or not finite.", nameof(values));
            BinaryPrimitives.WriteInt32BigEndian(places[(i * sizeof(int))..], indices[i]);
            BinaryPrimitives.WriteSingleBigEndian(numbers[(i * sizeof(float))..], values[i]);
        }
    }
}
