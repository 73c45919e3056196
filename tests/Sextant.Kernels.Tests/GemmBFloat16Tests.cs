namespace Sextant.Kernels.Tests;

public unsafe class GemmBFloat16Tests
{
    public static TheoryData<int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int>();
        int[] rows = Cases.IsSlow ? [1, 3, 9] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 17, 65, 130];
        foreach (int t in rows)
        {
            shapes.Add(t, 48, 16);
            shapes.Add(t, 47, 6);
            shapes.Add(t, 130, 34);
            shapes.Add(t, 33, 7);
        }
        if (!Cases.IsSlow)
        {
            shapes.Add(5, 1, 2);
            shapes.Add(8, 384, 384);
            shapes.Add(3, 1031, 62);
        }
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryKernelGivesTheBitsOfTheReference(int rows, int outputs, int inputs)
    {
        foreach (ActivationKind activation in new[] { ActivationKind.Identity, ActivationKind.Gelu })
        {
            foreach (bool residual in new[] { false, true })
            {
                float[] expected = Run(Isa.Reference, rows, outputs, inputs, activation, residual, Ordinary);
                Assert.DoesNotContain(expected, float.IsNaN);
                foreach (Isa isa in Cases.VectorSets)
                {
                    Cases.AssertSameBits(
                        expected, Run(isa, rows, outputs, inputs, activation, residual, Ordinary),
                        $"{isa} [{rows},{outputs},{inputs}] {activation} residual {residual}");
                }
            }
        }
    }

    /// <summary>
    /// Magnitudes from what becomes zero to what overflows, denormals and numbers that cancel: where an instruction
    /// that flushes denormals, or that rounds once for two products, would show.
    /// </summary>
    [Fact]
    public void ExtremeMagnitudesGiveTheBitsOfTheReference()
    {
        for (int seed = 0; seed < (Cases.IsSlow ? 3 : 40); seed++)
        {
            int from = seed % 4 == 0 ? -149 : -64, to = seed % 4 == 1 ? 60 : seed % 4 == 2 ? -50 : 4;
            float[] Extreme(int salt, int length)
            {
                var random = new Random(seed * 100 + salt);
                var values = new float[length];
                for (int i = 0; i < length; i++)
                {
                    values[i] = random.Next(8) switch
                    {
                        0 => 0f,
                        1 => -0f,
                        2 when i > 0 => -values[i - 1],
                        _ => (float)Math.ScaleB(1 + random.NextDouble(), random.Next(from, to))
                            * (random.Next(2) == 0 ? 1 : -1),
                    };
                }
                return values;
            }
            float[] expected = Run(Isa.Reference, 9, 50, 64, ActivationKind.Identity, false, Extreme);
            foreach (Isa isa in Cases.VectorSets)
            {
                Cases.AssertSameBits(
                    expected, Run(isa, 9, 50, 64, ActivationKind.Identity, false, Extreme), $"{isa}, seed {seed}");
            }
        }
    }

    [Fact]
    public void NarrowingIsTheNearestOfEightBits()
    {
        var random = new Random(5);
        for (int i = 0; i < 200_000; i++)
        {
            float x = (float)Math.ScaleB(1 + random.NextDouble(), random.Next(-55, 110)) * (i % 2 == 0 ? 1 : -1);
            float narrow = BFloat16Numbers.Narrow(x);
            Assert.Equal(0u, BitConverter.SingleToUInt32Bits(narrow) & 0xFFFF);
            // Half of the last of eight bits.
            double half = Math.ScaleB(1, Math.ILogB(x) - 8);
            Assert.InRange(Math.Abs((double)narrow - x), 0, half);
            Assert.Equal(BitConverter.SingleToUInt32Bits(narrow) >> 16, BFloat16Numbers.Bits(x));
        }
        Assert.Equal(0f, BFloat16Numbers.Narrow(1e-20f));
        Assert.Equal(0f, BFloat16Numbers.Narrow(float.Epsilon));
        Assert.True(float.IsNaN(BFloat16Numbers.Narrow(float.NaN)));
        Assert.True(float.IsNaN(BFloat16Numbers.Narrow(float.PositiveInfinity)));
        Assert.True(float.IsNaN(BFloat16Numbers.Narrow(1e38f)));
    }

    [Fact]
    public void WhatIsNotFiniteStaysSo()
    {
        foreach (Isa isa in InstructionSets.Supported)
        {
            foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            {
                float[] One(int salt, int length)
                {
                    float[] values = Ordinary(salt, length);
                    if (salt == 1)
                        values[37] = value;
                    return values;
                }
                float[] y = Run(isa, 2, 20, 40, ActivationKind.Identity, false, One);
                Assert.All(y[..20], one => Assert.True(float.IsNaN(one)));
                Assert.All(y[20..], one => Assert.True(float.IsFinite(one)));
            }
        }
    }

    private static float[] Ordinary(int salt, int length) => Cases.Random(salt, length);

    private static float[] Run(
        Isa isa, int rows, int outputs, int inputs, ActivationKind activation, bool withResidual,
        Func<int, int, float[]> values)
    {
        var kernels = new KernelSet(isa);
        using AlignedBuffer x = AlignedBuffer.Of(values(1, rows * inputs));
        ushort[] w = Array.ConvertAll(values(2, outputs * inputs), BFloat16Numbers.Bits);
        int padded = PackedMatrix.PaddedOutputs(outputs);
        using var bias = new AlignedBuffer(padded);
        bias.Span.Clear();
        Cases.Random(3, outputs).CopyTo(bias.Span);
        using AlignedBuffer residual = AlignedBuffer.Of(Cases.Random(4, rows * outputs));
        using var y = new AlignedBuffer(rows * outputs);
        using var scratch = new AlignedBuffer(GemmArguments.NarrowScratchLength(inputs));
        using var panels = new AlignedBuffer(
            (int)(PackedMatrix.PanelBytes(StoredType.BF16, outputs, inputs) / sizeof(float)));
        var matrix = new PackedMatrix((byte*)panels.Pointer, StoredType.BF16, outputs, inputs, bias.Pointer);
        for (int panel = 0; panel < matrix.PanelCount; panel++)
        {
            int first = panel * PackedMatrix.PanelWidth;
            int count = Math.Min(PackedMatrix.PanelWidth, outputs - first);
            matrix.PackPanel(panel, w.AsSpan(first * inputs, count * inputs));
        }
        if (kernels.PairsBFloat16 && inputs % 2 == 0)
            matrix = matrix.Paired();
        kernels.GemmBFloat16.Run(new GemmArguments
        {
            X = x.Pointer,
            XStride = inputs,
            Rows = rows,
            Weight = matrix,
            EndPanel = matrix.PanelCount,
            Activation = activation,
            Residual = withResidual ? residual.Pointer : null,
            ResidualStride = outputs,
            Y = y.Pointer,
            YStride = outputs,
            Scratch = scratch.Pointer,
        });
        return y.Span.ToArray();
    }
}
