namespace Sextant.Kernels.Tests;

/// <summary>
/// The kernels that work on rows: bit-equal to their references at every length from 1 to 257 and beyond.
/// </summary>
public unsafe class RowKernelTests
{
    private static IEnumerable<int> Lengths =>
        Cases.IsSlow ? [1, 5, 31, 32, 33, 70] : [.. Enumerable.Range(1, 257), 384, 768, 1021];

    [Fact]
    public void LayerNorm()
    {
        foreach (int n in Lengths)
        {
            float[] expected = RunLayerNorm(Isa.Reference, n);
            foreach (Isa isa in Cases.VectorSets)
                Cases.AssertSameBits(expected, RunLayerNorm(isa, n), $"{isa} n={n}");
        }
    }

    [Fact]
    public void Normalize()
    {
        foreach (int n in Lengths)
        {
            float[] expected = RunNormalize(Isa.Reference, n, 1f);
            Assert.Equal(1.0, expected.Sum(v => (double)v * v), 1e-5);
            foreach (Isa isa in Cases.VectorSets)
                Cases.AssertSameBits(expected, RunNormalize(isa, n, 1f), $"{isa} n={n}");
        }
    }

    [Fact]
    public void NormalizeLeavesAZeroVectorZero()
    {
        foreach (Isa isa in InstructionSets.Supported)
            Assert.All(RunNormalize(isa, 40, 0f), v => Assert.Equal(0f, v));
    }

    [Theory]
    [InlineData(PoolKind.Cls)]
    [InlineData(PoolKind.Mean)]
    [InlineData(PoolKind.Max)]
    [InlineData(PoolKind.MeanSqrtLength)]
    [InlineData(PoolKind.WeightedMean)]
    [InlineData(PoolKind.LastToken)]
    public void Pool(PoolKind kind)
    {
        foreach (int rows in new[] { 1, 2, 3, 33, 100 })
        {
            foreach (int n in new[] { 1, 15, 16, 64, 77, 384 })
            {
                foreach (int skip in new[] { 0, rows / 2 })
                {
                    float[] expected = RunPool(Isa.Reference, kind, rows, n, skip);
                    foreach (Isa isa in Cases.VectorSets)
                        Cases.AssertSameBits(
                            expected, RunPool(isa, kind, rows, n, skip), $"{isa} [{rows},{n}] skip {skip}");
                }
            }
        }
    }

    [Fact]
    public void Dot()
    {
        foreach (int n in Lengths)
        {
            float[] expected = RunDot(Isa.Reference, n);
            foreach (Isa isa in Cases.VectorSets)
                Cases.AssertSameBits(expected, RunDot(isa, n), $"{isa} n={n}");
        }
    }

    [Fact]
    public void DotOfProductsThatUnderflowHasOneSignOfZero()
    {
        foreach (int n in new[] { 1, 31, 32, 33, 64 })
        {
            float[] expected = RunDot(Isa.Reference, n, 1e-30f, -1e-30f);
            Assert.All(expected, v => Assert.Equal(0f, v));
            foreach (Isa isa in Cases.VectorSets)
                Cases.AssertSameBits(expected, RunDot(isa, n, 1e-30f, -1e-30f), $"{isa} n={n}");
        }
    }

    [Theory]
    [InlineData(StoredType.F32)]
    [InlineData(StoredType.F16)]
    [InlineData(StoredType.BF16)]
    public void Gather(StoredType type)
    {
        foreach (int n in new[] { 1, 16, 37, 64, 384 })
        {
            foreach (bool tables in new[] { true, false })
            {
                float[] expected = RunGather(Isa.Reference, type, n, tables);
                foreach (Isa isa in Cases.VectorSets)
                    Cases.AssertSameBits(expected, RunGather(isa, type, n, tables), $"{isa} n={n} tables {tables}");
            }
        }
    }

    private static float[] RunLayerNorm(Isa isa, int n)
    {
        using AlignedBuffer x = AlignedBuffer.Of(Cases.Random(n, 3 * n, 5f));
        using AlignedBuffer gamma = AlignedBuffer.Of(Cases.Random(n + 1, n));
        using AlignedBuffer beta = AlignedBuffer.Of(Cases.Random(n + 2, n));
        using var y = new AlignedBuffer(3 * n);
        var a = new LayerNormArguments
        {
            X = x.Pointer,
            Y = y.Pointer,
            Rows = 3,
            Columns = n,
            Gamma = gamma.Pointer,
            Beta = beta.Pointer,
            Epsilon = 1e-12f,
        };
        new KernelSet(isa).LayerNorm.Run(a);
        float[] result = y.Span.ToArray();
        a.Y = a.X;
        new KernelSet(isa).LayerNorm.Run(a);
        Cases.AssertSameBits(result, x.Span, $"{isa} in place");
        return result;
    }

    private static float[] RunNormalize(Isa isa, int n, float scale)
    {
        using AlignedBuffer x = AlignedBuffer.Of(Cases.Random(n, n, scale));
        new KernelSet(isa).Normalize.Run(x.Pointer, n);
        return x.Span.ToArray();
    }

    private static float[] RunPool(Isa isa, PoolKind kind, int rows, int n, int skip)
    {
        using AlignedBuffer x = AlignedBuffer.Of(Cases.Random(rows, rows * n));
        using var y = new AlignedBuffer(n);
        new KernelSet(isa).Pool.Run(new PoolArguments
        {
            Kind = kind,
            X = x.Pointer,
            Rows = rows,
            Columns = n,
            Skip = skip,
            Y = y.Pointer,
        });
        return y.Span.ToArray();
    }

    private static float[] RunDot(Isa isa, int n, float? left = null, float? right = null)
    {
        using AlignedBuffer query = AlignedBuffer.Of(Cases.Random(n, n));
        using AlignedBuffer rows = AlignedBuffer.Of(Cases.Random(n + 1, 5 * n));
        if (left is not null)
        {
            query.Span.Fill(left.Value);
            rows.Span.Fill(right!.Value);
        }
        using var scores = new AlignedBuffer(5);
        new KernelSet(isa).Dot.Run(query.Pointer, rows.Pointer, 5, n, scores.Pointer);
        return scores.Span.ToArray();
    }

    private static float[] RunGather(Isa isa, StoredType type, int n, bool tables)
    {
        int[] ids = [4, 0, 9, 9];
        int[] types = [0, 1, 0, 1];
        int[] positions = [0, 1, 2, 5];
        float[] words = Cases.Random(n, 10 * n);
        ushort[] halves = Array.ConvertAll(words, v => type == StoredType.F16
            ? BitConverter.HalfToUInt16Bits((Half)(v * 1e-6f))
            : (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16));
        using AlignedBuffer typeTable = AlignedBuffer.Of(Cases.Random(n + 1, 2 * n));
        using AlignedBuffer positionTable = AlignedBuffer.Of(Cases.Random(n + 2, 6 * n));
        using var y = new AlignedBuffer(4 * n);
        fixed (int* id = ids, typeId = types, position = positions)
        fixed (float* full = words)
        fixed (ushort* half = halves)
        {
            new KernelSet(isa).Gather.Run(new GatherArguments
            {
                Ids = id,
                TypeIds = typeId,
                Positions = position,
                Rows = 4,
                Columns = n,
                Words = type == StoredType.F32 ? (byte*)full : (byte*)half,
                WordType = type,
                Scale = tables ? 1f : 6.928203f,
                Types = tables ? typeTable.Pointer : null,
                PositionTable = tables ? positionTable.Pointer : null,
                Y = y.Pointer,
            });
        }
        return y.Span.ToArray();
    }
}
