using Sextant.Kernels.Elementary;

namespace Sextant.Kernels.Tests;

public unsafe class ElementaryTests
{
    // Every 4099th bit pattern of all 2^32 (a prime, so that all exponents and many mantissas are met).
    private static readonly uint Step = Cases.IsSlow ? 400_009u : 4099u;

    [Fact]
    public void ExpIsWithinItsStatedError() =>
        AssertUlp(ElementaryReference.Exp, Math.Exp, Tolerances.ExpUlp, x => x is > -87.33654f and <= 88.72283f);

    [Fact]
    public void ErfIsWithinItsStatedError() =>
        AssertUlp(ElementaryReference.Erf, Erf, Tolerances.RationalUlp, x => Math.Abs(x) is > 1e-6f and < 4f);

    [Fact]
    public void TanhIsWithinItsStatedError() =>
        AssertUlp(ElementaryReference.Tanh, Math.Tanh, Tolerances.RationalUlp, float.IsFinite);

    [Fact]
    public void ExpUnderflowsToZeroAndOverflowsToInfinity()
    {
        Assert.Equal(0, BitConverter.SingleToInt32Bits(ElementaryReference.Exp(-87.34f)));
        Assert.Equal(0, BitConverter.SingleToInt32Bits(ElementaryReference.Exp(float.NegativeInfinity)));
        Assert.Equal(float.PositiveInfinity, ElementaryReference.Exp(88.73f));
        Assert.Equal(float.PositiveInfinity, ElementaryReference.Exp(float.PositiveInfinity));
        Assert.True(float.IsNaN(ElementaryReference.Exp(float.NaN)));
        Assert.Equal(1f, ElementaryReference.Exp(0f));
    }

    [Theory]
    [InlineData(ActivationKind.Gelu)]
    [InlineData(ActivationKind.GeluTanh)]
    [InlineData(ActivationKind.Relu)]
    [InlineData(ActivationKind.Silu)]
    [InlineData(ActivationKind.Tanh)]
    [InlineData(ActivationKind.Sigmoid)]
    public void ActivationsGiveTheBitsOfTheReference(ActivationKind kind)
    {
        const int Length = 4096 + 7;
        var values = new float[Length];
        uint bits = 0;
        uint step = Cases.IsSlow ? 1_048_583u : 104_729u;
        for (bool more = true; more;)
        {
            for (int i = 0; i < Length; i++)
            {
                values[i] = BitConverter.UInt32BitsToSingle(bits);
                more = bits <= uint.MaxValue - step;
                bits += step;
                if (!more)
                    break;
            }
            float[] expected = Run(Isa.Reference, kind, values);
            foreach (Isa isa in Cases.VectorSets)
                Cases.AssertSameBits(expected, Run(isa, kind, values), $"{isa} {kind}");
        }
    }

    /// <summary>
    /// Each float about the positions where a function's branches change, and where 2^n is largest and smallest.
    /// </summary>
    [Theory]
    [InlineData(ActivationKind.Sigmoid, 87.33654f)]
    [InlineData(ActivationKind.Sigmoid, 87f)]
    [InlineData(ActivationKind.Sigmoid, -88.72283f)]
    [InlineData(ActivationKind.Sigmoid, -88.37f)]
    [InlineData(ActivationKind.Sigmoid, 0.34657359f)]
    [InlineData(ActivationKind.Gelu, 5.543717f)]
    [InlineData(ActivationKind.Gelu, -5.543717f)]
    [InlineData(ActivationKind.Tanh, 9.02f)]
    [InlineData(ActivationKind.Tanh, -9.02f)]
    public void ActivationsGiveTheBitsOfTheReferenceAroundTheirLimits(ActivationKind kind, float limit)
    {
        int middle = BitConverter.SingleToInt32Bits(limit);
        float[] values = [.. Enumerable.Range(middle - 1000, 2001).Select(BitConverter.Int32BitsToSingle)];
        float[] expected = Run(Isa.Reference, kind, values);
        foreach (Isa isa in Cases.VectorSets)
            Cases.AssertSameBits(expected, Run(isa, kind, values), $"{isa} {kind} about {limit}");
    }

    [Fact]
    public void GeluFollowsItsFormula()
    {
        for (double x = -8; x <= 8; x += 0.001)
        {
            float input = (float)x;
            double expected = 0.5 * input * (1 + Erf(input * Math.Sqrt(0.5)));
            float actual = Run(Isa.Reference, ActivationKind.Gelu, [input])[0];
            Assert.Equal(expected, actual, 8 * Math.Max(1, Math.Abs(x)) * 6e-8);
        }
    }

    private static float[] Run(Isa isa, ActivationKind kind, float[] values)
    {
        using AlignedBuffer buffer = AlignedBuffer.Of(values);
        new KernelSet(isa).Activation.Run(kind, buffer.Pointer, values.Length, 1, values.Length);
        return buffer.Span.ToArray();
    }

    private static void AssertUlp(
        Func<float, float> actual, Func<double, double> exact, double limit, Func<float, bool> domain)
    {
        double worst = 0;
        float where = 0;
        for (ulong bits = 0; bits <= uint.MaxValue; bits += Step)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            if (!float.IsFinite(x) || !domain(x))
                continue;
            double expected = exact(x);
            double error = Math.Abs(actual(x) - expected) / Ulp(expected);
            if (error > worst)
                (worst, where) = (error, x);
        }
        Assert.True(worst <= limit, $"{worst:F3} ulp at {where:R}");
    }

    private static double Ulp(double value)
    {
        double magnitude = Math.Max(Math.Abs(value), 1.17549435e-38);
        return Math.ScaleB(1, Math.ILogB(magnitude) - 23);
    }

    // Series near zero, continued fraction beyond: double accuracy, independent of the kernels.
    private static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (a > 6)
            return Math.Sign(x);
        if (a < 2.5)
        {
            double term = a, sum = a;
            for (int n = 1; Math.Abs(term) > 1e-18 * sum; n++)
            {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.Sign(x) * 2 / Math.Sqrt(Math.PI) * sum;
        }
        double fraction = 0;
        for (int n = 120; n > 0; n--)
            fraction = n / 2.0 / (a + fraction);
        return Math.Sign(x) * (1 - Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction));
    }
}
