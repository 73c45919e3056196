using Sextant.Kernels.Elementary;

namespace Sextant.Kernels.Tests;

/// <summary>
/// The binary64 functions behind load-time tables, against the platform's, which are within an ulp themselves.
/// </summary>
public class ElementaryDoubleTests
{
    [Fact]
    public void SineAndCosineAreExactToAFewParts()
    {
        var random = new Random(1);
        for (int i = 0; i < 300_000; i++)
        {
            double x = i < 200_000 ? random.NextDouble() * (1 << 20) : random.NextDouble() * 4;
            (double sine, double cosine) = ElementaryDouble.SinCos(x);
            Assert.Equal(Math.Sin(x), sine, Tolerances.DoubleSine);
            Assert.Equal(Math.Cos(x), cosine, Tolerances.DoubleSine);
        }
    }

    [Fact]
    public void SineAndCosineHoldNextToQuarterTurns()
    {
        for (int k = 1; k < 600_000; k += 7)
        {
            double x = k * (Math.PI / 2);
            (double sine, double cosine) = ElementaryDouble.SinCos(x);
            Assert.Equal(Math.Sin(x), sine, Tolerances.DoubleSine);
            Assert.Equal(Math.Cos(x), cosine, Tolerances.DoubleSine);
        }
    }

    [Fact]
    public void LogExpAndPowAreExactToAFewUlps()
    {
        var random = new Random(2);
        for (int i = 0; i < 300_000; i++)
        {
            double x = Math.ScaleB(random.NextDouble() + 0.5, random.Next(-100, 100));
            Assert.Equal(1, 1 + (ElementaryDouble.Log(x) - Math.Log(x)) / Math.Max(Math.Abs(Math.Log(x)), 1),
                Tolerances.DoubleUlps);
            double y = (random.NextDouble() - 0.5) * 1000;
            Assert.Equal(1, ElementaryDouble.Exp(y) / Math.Exp(y), Tolerances.DoubleUlps);
            double theta = 10 + random.NextDouble() * 1e6;
            double power = -random.NextDouble();
            Assert.Equal(1, ElementaryDouble.Pow(theta, power) / Math.Pow(theta, power), 16 * Tolerances.DoubleUlps);
        }
    }

    [Theory]
    [InlineData(10000.0)]
    [InlineData(1000000.0)]
    public void RotationRowsAreRoundedOnceUpTo128KPositions(double theta)
    {
        const int Half = 32;
        double[] frequencies = [.. Enumerable.Range(0, Half)
            .Select(i => ElementaryDouble.Pow(theta, -(double)i / Half))];
        var row = new float[2 * Half];
        for (int position = 0; position < 131072; position += 127)
        {
            RotationRows.Write(frequencies, 1, position, row);
            for (int i = 0; i < Half; i++)
            {
                double angle = position * Math.Pow(theta, -(double)i / Half);
                Assert.Equal(Math.Cos(angle), row[i], Tolerances.Rotation);
                Assert.Equal(Math.Sin(angle), row[Half + i], Tolerances.Rotation);
            }
        }
    }

    [Fact]
    public void LogOnePlusIsWithinItsStatedError()
    {
        // Every 1009th float from 0 up, against Kahan's form of log(1 + x) in binary64.
        double worst = 0;
        for (uint bits = 0; bits < 0x7F800000; bits += 1009)
        {
            float x = BitConverter.UInt32BitsToSingle(bits);
            double u = 1.0 + x;
            double exact = u == 1 ? x : Math.Log(u) * (x / (u - 1));
            double ulp = (double)MathF.BitIncrement((float)exact) - (float)exact;
            worst = Math.Max(worst, Math.Abs(ElementaryDouble.LogOnePlus(x) - exact) / ulp);
        }
        Assert.True(worst <= Tolerances.LogOnePlusUlp, $"{worst:F3} ulp");
        Assert.True(worst > 0.4, "Nothing was compared.");
    }
}
