namespace Sextant.Kernels.Tests;

public unsafe class QuantizeTests
{
    public static TheoryData<int> Lengths() => [.. Enumerable.Range(1, 70), 127, 128, 129, 257, 384, 1031, 1536];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void EveryKernelGivesTheBitsOfTheReference(int columns)
    {
        const int Rows = 5;
        float[] x = Cases.Random(1, Rows * columns, 3f);
        // All of one sign; all of the other; zeros; a row that spans next to nothing.
        for (int k = 0; k < columns; k++)
        {
            x[columns + k] = MathF.Abs(x[columns + k]);
            x[(2 * columns) + k] = -MathF.Abs(x[(2 * columns) + k]);
            x[(3 * columns) + k] = k % 2 == 0 ? 0f : -0f;
            x[(4 * columns) + k] *= 1e-33f;
        }
        float[] inverse = Cases.Random(2, columns);
        Quantised expected = Run(Isa.Reference, x, Rows, columns, inverse);
        Assert.Equal(0f, expected.Scales[3]);
        foreach (Isa isa in Cases.VectorSets)
        {
            Quantised actual = Run(isa, x, Rows, columns, inverse);
            Cases.AssertSameBits(expected.Scales, actual.Scales, $"{isa} [{columns}] scales");
            Assert.Equal(expected.Offsets, actual.Offsets);
            Assert.Equal(expected.Steps, actual.Steps);
        }
    }

    public static TheoryData<ActivationKind, bool> Changes()
    {
        var changes = new TheoryData<ActivationKind, bool>();
        foreach (ActivationKind kind in Enum.GetValues<ActivationKind>())
        {
            changes.Add(kind, false);
            changes.Add(kind, true);
        }
        return changes;
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void AnActivationOnTheWayHasTheBitsOfOneBefore(ActivationKind kind, bool gated)
    {
        const int Rows = 3;
        var reference = new KernelSet(Isa.Reference);
        foreach (int columns in new[] { 1, 15, 31, 32, 33, 64, 77, 129, 384 })
        {
            float[] x = Cases.Random(5, Rows * 2 * columns, 6f);
            float[] inverse = Cases.Random(6, columns);
            using AlignedBuffer before = AlignedBuffer.Of(x);
            if (gated)
            {
                reference.Gate.Run(new GateArguments
                {
                    Kind = kind,
                    X = before.Pointer,
                    Stride = 2 * columns,
                    Rows = Rows,
                    Columns = columns,
                });
            }
            else
            {
                reference.Activation.Run(kind, before.Pointer, 2 * columns, Rows, columns);
            }
            float[] expectedValues = before.Span.ToArray();
            Quantised expected = Run(Isa.Reference, expectedValues, Rows, columns, inverse, stride: 2 * columns);
            foreach (Isa isa in InstructionSets.Supported)
            {
                float[] values = [.. x];
                Quantised actual = Run(isa, values, Rows, columns, inverse, kind, gated, 2 * columns);
                Cases.AssertSameBits(expectedValues, values, $"{isa} [{columns}] {kind}");
                Cases.AssertSameBits(expected.Scales, actual.Scales, $"{isa} [{columns}] {kind} scales");
                Assert.Equal(expected.Offsets, actual.Offsets);
                Assert.Equal(expected.Steps, actual.Steps);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(100)]
    public void ARowIsWithinHalfAStepOfItsBytes(int columns)
    {
        float[] x = Cases.Random(3, columns, 10f);
        float[] inverse = Enumerable.Repeat(1f, columns).ToArray();
        foreach (Isa isa in InstructionSets.Supported)
        {
            Quantised q = Run(isa, x, 1, columns, inverse);
            for (int k = 0; k < columns; k++)
            {
                double value = q.Scales[0] * (double)(q.Steps[k] + q.Offsets[0]);
                Assert.InRange(Math.Abs(value - x[k]), 0, q.Scales[0] * 1.01);
            }
            // Zero is a step of its own: what is zero stays zero.
            Assert.InRange(-q.Offsets[0], 0, 255);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void WhatIsNotFiniteIsNotLost(float value)
    {
        foreach (int columns in new[] { 1, 3, 16, 37, 64, 200 })
        {
            foreach (int at in new[] { 0, columns / 2, columns - 1 })
            {
                float[] x = Cases.Random(4, columns);
                x[at] = value;
                foreach (Isa isa in InstructionSets.Supported)
                {
                    Quantised q = Run(isa, x, 1, columns, Enumerable.Repeat(1f, columns).ToArray());
                    Assert.True(float.IsNaN(q.Scales[0]), $"{isa} [{columns}] {value} at {at}");
                }
            }
        }
    }

    [Fact]
    public void TheWidestRowDoesNotOverflow()
    {
        float[] x = [-3e38f, 3e38f, 1f, 2e38f];
        foreach (Isa isa in InstructionSets.Supported)
        {
            Quantised q = Run(isa, x, 1, x.Length, [1f, 1f, 1f, 1f]);
            Assert.True(float.IsPositiveInfinity(q.Scales[0]), isa.ToString());
            Assert.Equal(0, q.Offsets[0]);
        }
    }

    private sealed record Quantised(byte[] Steps, float[] Scales, int[] Offsets);

    // The values are those that are left.
    private static Quantised Run(
        Isa isa, float[] values, int rows, int columns, float[] inverses,
        ActivationKind kind = ActivationKind.Identity, bool gated = false, int stride = 0)
    {
        int steps = (columns + 3) & ~3;
        using AlignedBuffer x = AlignedBuffer.Of(values);
        using AlignedBuffer inverse = AlignedBuffer.Of(inverses);
        using var q = new AlignedBuffer(rows * steps / 4);
        using var scales = new AlignedBuffer(rows);
        using var offsets = new AlignedBuffer(rows);
        new KernelSet(isa).Quantize.Run(new QuantizeArguments
        {
            X = x.Pointer,
            XStride = stride == 0 ? columns : stride,
            Rows = rows,
            Columns = columns,
            Activation = kind,
            IsGated = gated,
            Inverse = inverse.Pointer,
            Q = (byte*)q.Pointer,
            QStride = steps,
            Scales = scales.Pointer,
            Offsets = (int*)offsets.Pointer,
        });
        x.Span.CopyTo(values);
        return new Quantised(
            new Span<byte>(q.Pointer, rows * steps).ToArray(), scales.Span.ToArray(),
            new Span<int>(offsets.Pointer, rows).ToArray());
    }
}
