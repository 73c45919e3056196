using Sextant.Codes;

namespace Sextant.Tests.Codes;

public class HalfCodeTests
{
    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(-0f, 0x8000)]
    [InlineData(1.00390625f, 0x3F80)] // 1 + 2^-8: a tie, 1 is even
    [InlineData(1.01171875f, 0x3F82)] // 1 + 3·2^-8: a tie, upwards to the even one
    [InlineData(1.0039064f, 0x3F81)] // just above the first tie
    [InlineData(1.9999999f, 0x4000)] // carries into the exponent
    [InlineData(1e-45f, 0)]
    public void BFloat16RoundsToTheNearestAndTiesToEven(float value, int expected)
    {
        // In a long vector the vector code rounds, after it the scalar code.
        float[] vector = [.. Enumerable.Repeat(value, 71)];
        var code = new ushort[71];
        BFloat16Code.Encode(vector, code);
        Assert.All(code, one => Assert.Equal(expected, one));
    }

    [Fact]
    public void BFloat16IsNearestOfAll()
    {
        var random = new Random(5);
        float[] vector = [.. Enumerable.Range(0, 1000).Select(_ =>
            (float)((random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-120, 120))))];
        var code = new ushort[1000];
        var wide = new float[1000];
        BFloat16Code.Encode(vector, code);
        BFloat16Code.Decode(code, wide);
        for (int i = 0; i < vector.Length; i++)
        {
            double error = Math.Abs((double)wide[i] - vector[i]);
            Assert.True(error <= Math.Abs(vector[i]) / 256.0);
            foreach (int step in new[] { -1, 1 })
            {
                double other = BitConverter.UInt32BitsToSingle((uint)(code[i] + step) << 16);
                Assert.True(error <= Math.Abs(other - vector[i]));
            }
        }
    }

    [Fact]
    public void Float16RoundsToTheNearestAndComesBackExactly()
    {
        float[] vector = [1f, 1f + 1f / 2048, 1f + 3f / 2048, -65504f, 65519.996f, 5.9604645e-8f, 2.9802322e-8f, -0f];
        var code = new Half[vector.Length];
        Float16Code.Encode(vector, code);
        Assert.Equal([0x3C00, 0x3C00, 0x3C02, 0xFBFF, 0x7BFF, 1, 0, 0x8000],
            code.Select(one => (int)BitConverter.HalfToUInt16Bits(one)));
        var wide = new float[vector.Length];
        Float16Code.Decode(code, wide);
        Assert.Equal([1f, 1f, 1f + 2f / 1024, -65504f, 65504f, 5.9604645e-8f, 0f, -0f], wide);
    }

    [Theory]
    [InlineData(65520f)]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void WhatFloat16CannotHoldIsRefused(float value) =>
        Assert.Throws<ArgumentException>(() => Float16Code.Encode([1, value], new Half[2]));

    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void WhatBFloat16CannotHoldIsRefused(float value)
    {
        Assert.Throws<ArgumentException>(() => BFloat16Code.Encode([1, value], new ushort[2]));
        Assert.Throws<ArgumentException>(() =>
            BFloat16Code.Encode([1, BitConverter.UInt32BitsToSingle(0x7FFF_FFFF)], new ushort[2]));
    }
}
