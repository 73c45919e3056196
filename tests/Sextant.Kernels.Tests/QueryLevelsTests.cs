using Sextant.Kernels.WeightedHamming;

namespace Sextant.Kernels.Tests;

/// <summary>Queries as small whole numbers.</summary>
public sealed class QueryLevelsTests
{
    [Fact]
    public void TiesGoToTheEvenLevelAndWhatIsLargestToTheLast()
    {
        // The largest magnitude is 7, so that a level is a unit.
        float[] values = [0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 0.49f, -3.51f, 7f, -6.6f, 0f, -0f];
        Assert.Equal([0, 2, 2, 0, -2, -2, 0, -4, 7, -7, 0, 0, 0, 0], Quantize(values, 4, 14));
        float[] bytes = [127f, -127f, 126.5f, 125.5f, 0.5f, -1f];
        Assert.Equal([127, -127, 126, 126, 0, -1], Quantize(bytes, 8, 6));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void LevelsDoNotDependOnThePowerOfTwoThatAllIsMultipliedBy(int bits)
    {
        float[] values = [0.25f, -1f, 0.625f, 0.875f, -0.375f, 0.125f];
        sbyte[] expected = Quantize(values, bits, values.Length);
        Assert.Equal(QueryLevels.Max(bits), -expected[1]);
        foreach (int power in (int[])[-146, -140, -127, -126, -100, -65, -64, -63, -1, 1, 64, 127])
        {
            float[] scaled = [.. values.Select(value => (float)(value * Math.Pow(2, power)))];
            Assert.Equal(expected, Quantize(scaled, bits, values.Length));
        }
    }

    // Root mean square 1.178, limit 2.94: 1 · 7 / 2.94 = 2.38. In 8 bits the largest value is the last level: 12.7.
    [Fact]
    public void OneLargeValueLeavesTheOthersTheirLevelsInFourBits()
    {
        float[] values = [10f, .. Enumerable.Repeat(1f, 100), .. Enumerable.Repeat(-1f, 155)];
        Assert.Equal(
            [7, .. Enumerable.Repeat((sbyte)2, 100), .. Enumerable.Repeat((sbyte)-2, 155)], Quantize(values, 4, 256));
        Assert.Equal(
            [127, .. Enumerable.Repeat((sbyte)13, 100), .. Enumerable.Repeat((sbyte)-13, 155)],
            Quantize(values, 8, 256));
        // Alone it is all there is; the largest numbers there are do not overflow.
        Assert.Equal([0, -7, 0, 0], Quantize([0f, -3f, 0f, 0f], 4, 4));
        Assert.Equal([7, -7, 0, 7], Quantize([float.MaxValue, -float.MaxValue, 0f, float.MaxValue], 4, 4));
        Assert.Equal([0, 7, -7, 0], Quantize([0f, float.Epsilon, -float.Epsilon, 0f], 4, 4));
    }

    [Fact]
    public void NothingButZerosStaysZero() => Assert.Equal(new sbyte[5], Quantize([0f, -0f, 0f], 8, 5));

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public void LevelsAreTheNearestOfAllInDoublePrecision(int bits)
    {
        var random = new Random(bits);
        for (int i = 0; i < 200; i++)
        {
            float[] values = [.. Enumerable.Range(0, 100).Select(_ => (float)(random.NextDouble() - 0.5))];
            double step = values.Max(Math.Abs) / (double)QueryLevels.Max(bits);
            sbyte[] levels = Quantize(values, bits, 100);
            for (int at = 0; at < values.Length; at++)
                Assert.InRange(Math.Abs((values[at] / step) - levels[at]), 0, 0.50001);
        }
    }

    private static sbyte[] Quantize(float[] values, int bits, int length)
    {
        var levels = new sbyte[length];
        levels.AsSpan().Fill(99);
        QueryLevels.Quantize(values, bits, levels);
        return levels;
    }
}
