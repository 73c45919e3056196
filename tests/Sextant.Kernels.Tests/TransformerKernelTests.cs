namespace Sextant.Kernels.Tests;

/// <summary>
/// RMSNorm, rotary positions and gated activations: the bits of their references, and close to double.
/// </summary>
public unsafe class TransformerKernelTests
{
    private static IEnumerable<int> Lengths =>
        Cases.IsSlow ? [1, 5, 32, 33, 70] : [.. Enumerable.Range(1, 257), 384, 1021];

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void RmsNorm(int groups, bool residual)
    {
        foreach (int n in Lengths)
        {
            float[] expected = RunRmsNorm(Isa.Reference, n, groups, residual);
            foreach (Isa isa in Cases.VectorSets)
                Cases.AssertSameBits(expected, RunRmsNorm(isa, n, groups, residual), $"{isa} n={n} groups={groups}");
        }
    }

    [Fact]
    public void RmsNormFollowsItsFormula()
    {
        const int N = 100;
        float[] x = Cases.Random(N, 4 * N, 5f);
        float[] gamma = Cases.Random(N + 1, N);
        float[] y = RunRmsNorm(Isa.Reference, N, 1, residual: false);
        for (int row = 0; row < 2; row++)
        {
            double mean = Enumerable.Range(0, N).Sum(i => (double)x[row * (N + 3) + i] * x[row * (N + 3) + i]) / N;
            for (int i = 0; i < N; i++)
                Assert.Equal(x[row * (N + 3) + i] / Math.Sqrt(mean + 1e-6) * gamma[i], y[row * N + i], 1e-6);
        }
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(24, 24)]
    [InlineData(32, 32)]
    [InlineData(64, 64)]
    [InlineData(64, 26)]
    [InlineData(128, 32)]
    [InlineData(37, 34)]
    public void Rope(int headSize, int rotated)
    {
        float[] expected = RunRope(Isa.Reference, headSize, rotated);
        foreach (Isa isa in Cases.VectorSets)
            Cases.AssertSameBits(expected, RunRope(isa, headSize, rotated), $"{isa} d={headSize} r={rotated}");
    }

    [Fact]
    public void RopeTurnsPairsAndLeavesTheRest()
    {
        const int Size = 12, Rotated = 8, Half = Rotated / 2;
        float[] before = Cases.Random(9, 5 * 2 * Size);
        float[] after = RunRope(Isa.Reference, Size, Rotated);
        for (int row = 0; row < 5; row++)
        {
            for (int i = 0; i < 2 * Size; i++)
            {
                int inHead = i % Size;
                int partner = inHead < Half ? i + Half : i - Half;
                double angle = s_positions[row] * Frequency(inHead % Half, Half);
                double expected = inHead >= Rotated ? before[row * 2 * Size + i]
                    : before[row * 2 * Size + i] * Math.Cos(angle)
                        + (inHead < Half ? -1 : 1) * before[row * 2 * Size + partner] * Math.Sin(angle);
                Assert.Equal(expected, after[row * 2 * Size + i], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(ActivationKind.Gelu)]
    [InlineData(ActivationKind.GeluTanh)]
    [InlineData(ActivationKind.Relu)]
    [InlineData(ActivationKind.Silu)]
    [InlineData(ActivationKind.Identity)]
    public void Gate(ActivationKind kind)
    {
        foreach (int n in new[] { 1, 15, 16, 37, 96, 256 })
        {
            float[] expected = RunGate(Isa.Reference, kind, n);
            float[] x = Cases.Random(n, 3 * 2 * n, 4f);
            if (kind == ActivationKind.Identity)
                Assert.Equal(x[0] * x[n], expected[0]);
            foreach (Isa isa in Cases.VectorSets)
                Cases.AssertSameBits(expected, RunGate(isa, kind, n), $"{isa} {kind} n={n}");
        }
    }

    private static readonly int[] s_positions = [0, 1, 7, 6, 2];

    private static double Frequency(int i, int half) => Math.Pow(100, -(double)i / half);

    private static float[] RunRmsNorm(Isa isa, int n, int groups, bool residual)
    {
        int columns = groups * n;
        using AlignedBuffer x = AlignedBuffer.Of(Cases.Random(n, 2 * columns + 3, 5f));
        using AlignedBuffer gamma = AlignedBuffer.Of(Cases.Random(n + 1, n));
        using AlignedBuffer added = AlignedBuffer.Of(Cases.Random(n + 2, 2 * columns));
        using var y = new AlignedBuffer(2 * columns);
        var a = new RmsNormArguments
        {
            X = x.Pointer,
            XStride = columns + 3,
            Residual = residual ? added.Pointer : null,
            ResidualStride = columns,
            Y = y.Pointer,
            YStride = columns,
            Rows = 2,
            Groups = groups,
            Columns = n,
            Gamma = gamma.Pointer,
            Epsilon = 1e-6f,
        };
        new KernelSet(isa).RmsNorm.Run(a);
        float[] result = y.Span.ToArray();
        a.Y = residual ? added.Pointer : x.Pointer;
        a.YStride = residual ? columns : a.XStride;
        new KernelSet(isa).RmsNorm.Run(a);
        for (int row = 0; row < 2; row++)
        {
            var inPlace = new ReadOnlySpan<float>(a.Y + row * a.YStride, columns);
            Cases.AssertSameBits(result.AsSpan(row * columns, columns), inPlace, $"{isa} in place");
        }
        return result;
    }

    private static float[] RunRope(Isa isa, int headSize, int rotated)
    {
        double[] frequencies = [.. Enumerable.Range(0, rotated / 2).Select(i => Frequency(i, rotated / 2))];
        var rows = new float[8 * rotated];
        RotationRows.Write(frequencies, 1, 0, rows);
        using AlignedBuffer table = AlignedBuffer.Of(rows);
        using AlignedBuffer x = AlignedBuffer.Of(Cases.Random(9, 5 * 2 * headSize));
        fixed (int* positions = s_positions)
        {
            new KernelSet(isa).Rope.Run(new RopeArguments
            {
                X = x.Pointer,
                Stride = 2 * headSize,
                Rows = 5,
                Heads = 2,
                HeadSize = headSize,
                Rotated = rotated,
                Positions = positions,
                Table = table.Pointer,
            });
        }
        return x.Span.ToArray();
    }

    private static float[] RunGate(Isa isa, ActivationKind kind, int n)
    {
        using AlignedBuffer x = AlignedBuffer.Of(Cases.Random(n, 3 * 2 * n, 4f));
        new KernelSet(isa).Gate.Run(new GateArguments
        {
            Kind = kind,
            X = x.Pointer,
            Stride = 2 * n,
            Rows = 3,
            Columns = n,
        });
        return x.Span.ToArray();
    }
}
