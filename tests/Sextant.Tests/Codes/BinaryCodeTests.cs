using Sextant.Codes;

namespace Sextant.Tests.Codes;

public class BinaryCodeTests
{
    [Fact]
    public void DimensionZeroIsTheMostSignificantBitOfByteZero()
    {
        // numpy.packbits of [1,0,0,0,0,0,1,1, 0,1,0]: 0b10000011, 0b01000000.
        float[] vector = [1, -1, 0, -0f, float.NaN, -5, 1e-45f, float.MaxValue, -1, 0.5f, -2];
        var code = new byte[3] { 9, 9, 9 };
        BinaryCode.Encode(vector, code);
        Assert.Equal([0b1000_0011, 0b0100_0000, 9], code);
        Assert.Equal(2, BinaryCode.Bytes(vector.Length));

        var signed = new sbyte[2];
        BinaryCode.EncodeSigned(vector, signed);
        Assert.Equal([131 - 128, 64 - 128], signed.Select(b => (int)b));
    }

    [Fact]
    public void EveryLengthHoldsTheSignOfEveryValue()
    {
        var random = new Random(11);
        for (int length = 0; length <= 257; length++)
        {
            float[] vector = [.. Enumerable.Range(0, length).Select(_ => random.Next(-1, 2) * random.NextSingle())];
            var code = new byte[BinaryCode.Bytes(length)];
            code.AsSpan().Fill(0xFF);
            BinaryCode.Encode(vector, code);
            for (int bit = 0; bit < 8 * code.Length; bit++)
                Assert.Equal(bit < length && vector[bit] > 0, (code[bit / 8] & (128 >> (bit % 8))) != 0);
        }
    }

    [Fact]
    public void TheOrderOfFaissIsTheOtherWayRoundInEachByte()
    {
        byte[] code = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
        byte[] before = [.. code];
        BinaryCode.ToFaissOrder(code);
        for (int i = 0; i < 256; i++)
        {
            for (int bit = 0; bit < 8; bit++)
                Assert.Equal((before[i] >> bit) & 1, (code[i] >> (7 - bit)) & 1);
        }
        BinaryCode.ToFaissOrder(code);
        Assert.Equal(before, code);
    }

    [Fact]
    public void FlippingTheSignIsLess128()
    {
        byte[] code = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
        BinaryCode.FlipSign(code);
        for (int i = 0; i < 256; i++)
            Assert.Equal(i - 128, (sbyte)code[i]);
    }

    [Fact]
    public void ADestinationThatIsTooShortIsRefused()
    {
        Assert.Throws<ArgumentException>(() => BinaryCode.Encode(new float[9], new byte[1]));
        Assert.Throws<ArgumentException>(() => BinaryCode.EncodeSigned(new float[9], new sbyte[1]));
    }

    [Fact]
    public void TheDistanceCountsBitsThatDiffer()
    {
        Assert.Equal(0, BinaryCode.Distance([], []));
        Assert.Equal(9, BinaryCode.Distance([0xFF, 0x01], [0x00, 0x81]));
        Assert.Throws<ArgumentException>(() => BinaryCode.Distance([1], [1, 2]));
    }
}
