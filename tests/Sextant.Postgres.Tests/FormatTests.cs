using System.Runtime.InteropServices;
using Sextant.Codes;
using Sextant.Postgres.Formats;

namespace Sextant.Postgres.Tests;

/// <summary>Bytes of fields, worked out by hand from the formats as PostgreSQL and pgvector document them.</summary>
public sealed class FormatTests
{
    private const string One = "3F800000", MinusTwoAndAHalf = "C0200000"; // binary32, big-endian

    [Fact]
    public void Bits()
    {
        // Dimension 0 is the first bit: 1 0 1 1 0 0 0 0 | 0 1, then zeros to the end of the byte.
        byte[] code = new byte[2];
        BinaryCode.Encode([1, -1, 2, 3, 0, -1, -1, -1, -1, 5], code);
        Assert.Equal("0000000A" + "B040", Field(new BitFormat(10), code));
        Assert.Equal("1011000001", new BitFormat(10).Parameter(code));
    }

    [Fact]
    public void RealArray() => Assert.Equal(
        "00000001" + "00000000" + "000002BC" + "00000002" + "00000001" // one dimension, no nulls, real, two, from 1
            + "00000004" + One + "00000004" + MinusTwoAndAHalf,
        Field(new RealArrayFormat(2), Bytes(1f, -2.5f)));

    [Fact]
    public void Vector() =>
        Assert.Equal("0002" + "0000" + One + MinusTwoAndAHalf, Field(new VectorFormat(2), Bytes(1f, -2.5f)));

    [Fact]
    public void HalfVector() => Assert.Equal(
        "0002" + "0000" + "3C00" + "C100",
        Field(new HalfVectorFormat(2), MemoryMarshal.AsBytes<Half>([(Half)1f, (Half)(-2.5f)]).ToArray()));

    [Fact]
    public void SparseVector()
    {
        byte[] field = new byte[SparseVectorFormat.FieldBytes(2)];
        SparseVectorFormat.Write(5, [1, 4], [1f, -2.5f], field);
        Assert.Equal("00000005" + "00000002" + "00000000" + "00000001" + "00000004" + One + MinusTwoAndAHalf,
            Convert.ToHexString(field));
    }

    [Theory]
    [InlineData(new[] { 4, 1 }, new[] { 1f, 1f })]
    [InlineData(new[] { 1, 1 }, new[] { 1f, 1f })]
    [InlineData(new[] { -1 }, new[] { 1f })]
    [InlineData(new[] { 5 }, new[] { 1f })]
    [InlineData(new[] { 1 }, new[] { 0f })]
    [InlineData(new[] { 1 }, new[] { float.NaN })]
    [InlineData(new[] { 1 }, new[] { 1f, 1f })]
    public void SparseVectorsThatTheServerWouldRefuse(int[] indices, float[] values) =>
        Assert.Throws<ArgumentException>(
            () => SparseVectorFormat.Write(5, indices, values, new byte[64]));

    [Fact]
    public void Copy()
    {
        var buffer = new CopyBuffer();
        buffer.Head();
        buffer.Row(4);
        buffer.Text("é");
        buffer.Int32(-2);
        buffer.Null();
        buffer.Json("{}"u8);
        buffer.End();
        Assert.Equal(
            "5047434F50590AFF0D0A00" + "00000000" + "00000000" + "0004" + "00000002" + "C3A9" + "00000004" + "FFFFFFFE"
                + "FFFFFFFF" + "00000003" + "017B7D" + "FFFF",
            Convert.ToHexString(buffer.Written.Span));
    }

    [Fact]
    public void ALongFieldFitsTheBuffer()
    {
        var buffer = new CopyBuffer();
        buffer.Bytes(Enumerable.Repeat((byte)7, 1_000_000).ToArray());
        Assert.Equal(1_000_004, buffer.Written.Length);
        Assert.Equal([0, 0x0F, 0x42, 0x40, 7], buffer.Written.Span[..5].ToArray());
        Assert.Equal(7, buffer.Written.Span[^1]);
    }

    [Fact]
    public void FieldsOfAnotherSizeAreRefused()
    {
        foreach (RowFormat format in (RowFormat[])[
            new BitFormat(10), new RealArrayFormat(2), new VectorFormat(2), new HalfVectorFormat(2),
            new BytesFormat(3, 3)])
        {
            byte[] row = new byte[format.RowBytes], field = new byte[format.FieldBytes];
            format.Write(row, field);
            Assert.True(format.Read(field, row));
            Assert.False(format.Read(field.AsSpan(..^1), row));
            Assert.False(format.Read([.. field, 0], row));
            Assert.False(format.Read([], row));
            if (format is BytesFormat)
                continue;
            // One dimension fewer, in as many bytes.
            int last = format is RealArrayFormat ? 15 : format is BitFormat ? 3 : 1;
            field[last]--;
            Assert.False(format.Read(field, row));
        }
    }

    private static byte[] Bytes(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    // The field, which is read back to the same row.
    private static string Field(RowFormat format, byte[] row)
    {
        byte[] field = new byte[format.FieldBytes], back = new byte[row.Length];
        format.Write(row, field);
        Assert.True(format.Read(field, back));
        Assert.Equal(row, back);
        return Convert.ToHexString(field);
    }
}
