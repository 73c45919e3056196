namespace Sextant.Kernels.Tests;

public unsafe class AttentionTests
{
    public static TheoryData<int, int> Shapes()
    {
        var shapes = new TheoryData<int, int>();
        int[] tokens = Cases.IsSlow ? [1, 5, 18] : [1, 2, 7, 15, 16, 17, 31, 33, 48, 64, 97, 128, 200, 513];
        foreach (int n in tokens)
        {
            foreach (int d in new[] { 16, 32, 64, 12 })
                shapes.Add(n, d);
        }
        if (!Cases.IsSlow)
        {
            shapes.Add(20, 128);
            shapes.Add(40, 80);
            shapes.Add(9, 1);
        }
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void EveryKernelGivesTheBitsOfTheReference(int tokens, int headSize)
    {
        float[] expected = Run(Isa.Reference, tokens, headSize);
        foreach (Isa isa in Cases.VectorSets)
            Cases.AssertSameBits(expected, Run(isa, tokens, headSize), $"{isa} n={tokens} d={headSize}");
    }

    [Fact]
    public void ACancelledCallEndsBetweenBlocksOfQueries()
    {
        const int Tokens = 3 * AttentionArguments.QueryRows;
        foreach (Isa isa in Cases.VectorSets)
        {
            using var cancellation = new CancellationTokenSource();
            float[] whole = Run(isa, Tokens, 16), same;
            using (CallCancellation.Enter(cancellation.Token))
                same = Run(isa, Tokens, 16);
            Cases.AssertSameBits(whole, same, $"{isa} with a token");
            cancellation.Cancel();
            using (CallCancellation.Enter(cancellation.Token))
                Assert.All(Run(isa, Tokens, 16), value => Assert.True(float.IsNaN(value), $"{isa} went on"));
            Assert.False(CallCancellation.IsRequested);
        }
    }

    /// <summary>Masks, softcaps, biases and position tables, and shared keys apart from their queries.</summary>
    public static TheoryData<int, int, string> Kinds()
    {
        var kinds = new TheoryData<int, int, string>();
        int[] tokens = Cases.IsSlow ? [1, 5, 18] : [1, 2, 7, 16, 31, 33, 64, 97, 200];
        foreach (int n in tokens)
        {
            foreach (string kind in AttentionCase.Kinds)
                kinds.Add(n, n % 2 == 0 ? 32 : 24, kind);
        }
        return kinds;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKindGivesTheBitsOfTheReference(int tokens, int headSize, string kind)
    {
        float[] expected = AttentionCase.Run(Isa.Reference, tokens, headSize, kind);
        foreach (Isa isa in Cases.VectorSets)
            Cases.AssertSameBits(
                expected, AttentionCase.Run(isa, tokens, headSize, kind), $"{isa} n={tokens} d={headSize} {kind}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKindIsCloseToDouble(int tokens, int headSize, string kind)
    {
        float[] actual = AttentionCase.Run(Isa.Reference, tokens, headSize, kind);
        double[] expected = AttentionCase.InDouble(tokens, headSize, kind);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Tolerances.Attention);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void OfBFloat16NumbersEveryKernelGivesTheBitsOfTheReference(int tokens, int headSize)
    {
        float[] expected = AttentionCase.Run(Isa.Reference, tokens, headSize, "all", narrow: true);
        foreach (Isa isa in Cases.VectorSets)
            Cases.AssertSameBits(
                expected, AttentionCase.Run(isa, tokens, headSize, "all", narrow: true),
                $"{isa} n={tokens} d={headSize}");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void OfBFloat16NumbersEveryKindGivesTheBitsOfTheReference(int tokens, int headSize, string kind)
    {
        float[] expected = AttentionCase.Run(Isa.Reference, tokens, headSize, kind, narrow: true);
        foreach (Isa isa in Cases.VectorSets)
        {
            Cases.AssertSameBits(
                expected, AttentionCase.Run(isa, tokens, headSize, kind, narrow: true),
                $"{isa} n={tokens} d={headSize} {kind}");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void OfBFloat16NumbersEveryKindIsNearDouble(int tokens, int headSize, string kind)
    {
        float[] actual = AttentionCase.Run(Isa.Reference, tokens, headSize, kind, narrow: true);
        double worst = AttentionCase.InDouble(tokens, headSize, kind).Zip(actual, (e, a) => Math.Abs(e - a)).Max();
        Assert.True(worst < Tolerances.AttentionBFloat16, $"max abs {worst:E2}");
    }

    [Fact]
    public void AMaskThatHidesNothingGivesTheBitsOfNone()
    {
        float[] all = AttentionCase.Run(InstructionSets.Supported[0], 40, 32, "all");
        Cases.AssertSameBits(
            all, AttentionCase.Run(InstructionSets.Supported[0], 40, 32, "before=64,after=64"), "wide window");
    }

    [Fact]
    public void AnInvisibleKeyChangesNothing()
    {
        float[] causal = AttentionCase.Run(InstructionSets.Supported[0], 48, 32, "after=0");
        float[] longer = AttentionCase.Run(InstructionSets.Supported[0], 70, 32, "after=0");
        Cases.AssertSameBits(causal, longer.AsSpan(0, causal.Length), "the first 48 of 70 tokens");
    }

    [Theory]
    [InlineData(1, 16)]
    [InlineData(37, 32)]
    [InlineData(100, 24)]
    public void TheReferenceIsCloseToDouble(int n, int d)
    {
        float[] q = Cases.Random(5, n * 3 * d, 2f);
        float[] y = Run(Isa.Reference, n, d);
        double worst = 0;
        for (int i = 0; i < n; i++)
        {
            double[] scores = new double[n];
            for (int j = 0; j < n; j++)
            {
                for (int e = 0; e < d; e++)
                    scores[j] += (double)q[i * 3 * d + e] * q[j * 3 * d + d + e];
                scores[j] *= 1 / Math.Sqrt(d);
            }
            double largest = scores.Max();
            double sum = scores.Sum(s => Math.Exp(s - largest));
            for (int e = 0; e < d; e++)
            {
                double value = 0;
                for (int j = 0; j < n; j++)
                    value += Math.Exp(scores[j] - largest) / sum * q[j * 3 * d + 2 * d + e];
                worst = Math.Max(worst, Math.Abs(value - y[i * d + e]));
            }
        }
        Assert.True(worst < Tolerances.Attention, $"max abs {worst:E2}");
    }

    private static float[] Run(Isa isa, int n, int d)
    {
        using AlignedBuffer qkv = AlignedBuffer.Of(Cases.Random(5, n * 3 * d, 2f));
        using var y = new AlignedBuffer(n * d);
        using var scratch = new AlignedBuffer(AttentionArguments.ScratchLength(n, d));
        new KernelSet(isa).Attention.Run(new AttentionArguments
        {
            Q = qkv.Pointer,
            K = qkv.Pointer + d,
            V = qkv.Pointer + 2 * d,
            Stride = 3 * d,
            Tokens = n,
            HeadSize = d,
            Scale = 1f / MathF.Sqrt(d),
            Before = AttentionArguments.Everything,
            After = AttentionArguments.Everything,
            Y = y.Pointer,
            YStride = d,
            Scratch = scratch.Pointer,
        });
        return y.Span.ToArray();
    }
}
