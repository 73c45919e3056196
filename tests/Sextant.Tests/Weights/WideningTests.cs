using System.Buffers.Binary;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Tests.Weights;

/// <summary>
/// Widening against the framework's own scalar conversions, at every length and alignment that a vector loop can get
/// wrong.
/// </summary>
public class WideningTests
{
    [Theory]
    [InlineData(nameof(ElementType.F16))]
    [InlineData(nameof(ElementType.BF16))]
    public void AllPatternsOf16Bits(string typeName)
    {
        ElementType type = Enum.Parse<ElementType>(typeName);
        byte[] stored = new byte[2];
        byte[] finite = new byte[2 * 65536];
        var expected = new List<float>();
        for (int pattern = 0; pattern < 65536; pattern++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(stored, (ushort)pattern);
            float value = Reference(type, stored);
            float[] alone = [float.NaN];
            Assert.Equal(float.IsFinite(value) ? -1 : 0, Widening.ToSingle(type, stored, alone));
            if (!float.IsFinite(value))
                continue;
            Assert.Equal(BitConverter.SingleToInt32Bits(value), BitConverter.SingleToInt32Bits(alone[0]));
            stored.CopyTo(finite, 2 * expected.Count);
            expected.Add(value);
        }
        float[] together = new float[expected.Count];
        Assert.Equal(-1, Widening.ToSingle(type, finite, together));
        for (int i = 0; i < together.Length; i++)
            Assert.Equal(BitConverter.SingleToInt32Bits(expected[i]), BitConverter.SingleToInt32Bits(together[i]));
    }

    [Theory]
    [InlineData(nameof(ElementType.F32))]
    [InlineData(nameof(ElementType.F16))]
    [InlineData(nameof(ElementType.BF16))]
    [InlineData(nameof(ElementType.F64))]
    [InlineData(nameof(ElementType.I8))]
    [InlineData(nameof(ElementType.U8))]
    [InlineData(nameof(ElementType.I32))]
    [InlineData(nameof(ElementType.I64))]
    [InlineData(nameof(ElementType.Bool))]
    public void AllLengthsAndAlignments(string typeName)
    {
        ElementType type = Enum.Parse<ElementType>(typeName);
        var random = new Random(20261121);
        int size = type.Size();
        for (int length = 0; length <= 257; length++)
        {
            int shift = length % 8;
            byte[] stored = new byte[shift + length * size];
            for (int i = 0; i < length; i++)
                WriteFinite(type, random, stored.AsSpan(shift + i * size, size));
            float[] values = new float[length + 2];
            Array.Fill(values, float.NaN);
            Assert.Equal(-1, Widening.ToSingle(type, stored.AsSpan(shift), values.AsSpan(1, length)));
            Assert.True(float.IsNaN(values[0]) && float.IsNaN(values[^1]), "written outside the destination");
            for (int i = 0; i < length; i++)
            {
                float expected = Reference(type, stored.AsSpan(shift + i * size, size));
                Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(values[1 + i]));
            }
        }
    }

    [Theory]
    [InlineData(nameof(ElementType.F32))]
    [InlineData(nameof(ElementType.F16))]
    [InlineData(nameof(ElementType.BF16))]
    [InlineData(nameof(ElementType.F64))]
    public void TheFirstNonFiniteValueIsFoundWhereverItIs(string typeName)
    {
        ElementType type = Enum.Parse<ElementType>(typeName);
        int size = type.Size();
        byte[] infinity = new byte[size], nan = new byte[size];
        WriteNonFinite(type, infinity, nan);
        foreach (int length in new[] { 1, 31, 64, 257, 4096, 4097, 9001 })
        {
            for (int at = 0; at < length; at += Math.Max(1, length / 97))
            {
                byte[] stored = new byte[length * size];
                (at % 2 == 0 ? nan : infinity).CopyTo(stored, at * size);
                nan.CopyTo(stored, (length - 1) * size);
                Assert.Equal(at, Widening.ToSingle(type, stored, new float[length]));
            }
        }
    }

    [Fact]
    public void F64IsRoundedOnceAndRefusedBeyondF32()
    {
        // Halfway between two F32 values and next to it; the largest that rounds to a finite F32 and the next one.
        double half = 1 + Math.ScaleB(1, -24), limit = Math.ScaleB(2 - Math.ScaleB(1, -24), 127);
        double[] stored =
            [half, Math.BitIncrement(half), half + Math.ScaleB(1, -23), Math.BitDecrement(limit), 1e-45, 1e-60, -1e-60];
        float[] values = new float[stored.Length];
        Assert.Equal(-1, Widening.ToSingle(ElementType.F64,
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<double>(stored), values));
        Assert.Equal([1f, 1 + MathF.ScaleB(1, -23), 1 + MathF.ScaleB(1, -22), float.MaxValue, float.Epsilon, 0f, -0f],
            values);
        stored[6] = limit;
        Assert.Equal(6, Widening.ToSingle(ElementType.F64,
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<double>(stored), values));
    }

    [Fact]
    public void ABoolIsZeroOrOne() => Assert.Equal(2, Widening.ToSingle(ElementType.Bool, [0, 1, 2, 3], new float[4]));

    private static float Reference(ElementType type, ReadOnlySpan<byte> stored) => type switch
    {
        ElementType.F32 => BinaryPrimitives.ReadSingleLittleEndian(stored),
        ElementType.F16 => (float)BinaryPrimitives.ReadHalfLittleEndian(stored),
        ElementType.BF16 =>
            BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(stored) << 16),
        ElementType.F64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(stored),
        ElementType.I8 => (sbyte)stored[0],
        ElementType.I32 => BinaryPrimitives.ReadInt32LittleEndian(stored),
        ElementType.I64 => BinaryPrimitives.ReadInt64LittleEndian(stored),
        _ => stored[0],
    };

    private static void WriteFinite(ElementType type, Random random, Span<byte> element)
    {
        do
        {
            random.NextBytes(element);
            if (type == ElementType.Bool)
                element[0] &= 1;
        }
        while (!float.IsFinite(Reference(type, element)));
    }

    private static void WriteNonFinite(ElementType type, Span<byte> infinity, Span<byte> nan)
    {
        switch (type)
        {
            case ElementType.F32:
                BinaryPrimitives.WriteSingleLittleEndian(infinity, float.NegativeInfinity);
                BinaryPrimitives.WriteSingleLittleEndian(nan, float.NaN);
                break;
            case ElementType.F16:
                BinaryPrimitives.WriteHalfLittleEndian(infinity, Half.PositiveInfinity);
                BinaryPrimitives.WriteHalfLittleEndian(nan, Half.NaN);
                break;
            case ElementType.F64:
                BinaryPrimitives.WriteDoubleLittleEndian(infinity, double.PositiveInfinity);
                BinaryPrimitives.WriteDoubleLittleEndian(nan, double.NaN);
                break;
            default:
                BinaryPrimitives.WriteUInt16LittleEndian(infinity, 0xFF80);
                BinaryPrimitives.WriteUInt16LittleEndian(nan, 0x7F81);
                break;
        }
    }
}
