using Sextant.Backends;
using Sextant.Codes;
using Sextant.Gpu;
using Sextant.Gpu.Tests;
using Sextant.Kernels;
using Sextant.Kernels.WeightedHamming;
using Sextant.Search;
using Sextant.Tensors;
using Sextant.Tests.Backends;

namespace Sextant.Ilgpu.Tests;

/// <summary>Every kernel of GPUs at small shapes, on something that is slow: the processor's bits.</summary>
public abstract class SmallContract
{
    /// <summary>What computes.</summary>
    private protected abstract GpuDevice Device { get; }

    [Theory]
    [InlineData(nameof(ElementType.F32))]
    [InlineData(nameof(ElementType.F16))]
    [InlineData(nameof(ElementType.BF16))]
    public void Gather(string stored) => AssertSame($"gather {stored}", [3, 2], run =>
    {
        ElementType type = Enum.Parse<ElementType>(stored);
        Table words = run.Backend.LoadTable(new ArrayRows(50, 33, type, Values(1, 50 * 33, 1e-4f)), keep16: true);
        Tensor y = run.Poisoned(run.Batch.Tokens, 33);
        run.Backend.Gather(
            run.Batch, words, 3.3f, run.Table(2, 33, Values(2, 66)), run.Table(8, 33, Values(3, 8 * 33)), y);
        return y;
    });

    [Fact]
    public void NormsAndRows() => AssertSame("norms and rows", [3], run =>
    {
        Tensor x = run.Put(5, 70, Values(1, 350, 3f));
        Tensor y = run.Poisoned(5, 70);
        Table gamma = run.Table(70, 1, Values(2, 70)), part = run.Backend.LoadTable(
            new ArrayRows(1, 35, ElementType.F32, Values(3, 35)), false);
        run.Backend.LayerNorm(x, gamma, run.Table(70, 1, Values(4, 70)), 1e-5f, y);
        run.Backend.RmsNorm(y, part, 1e-6f, x, y);
        run.Backend.Accumulate(x, 3f, y);
        run.Backend.Normalize(y);
        run.Backend.Copy(y, x);
        return x;
    });

    [Fact]
    public void GatesAndRotation()
    {
        foreach (ActivationKind kind in Enum.GetValues<ActivationKind>())
        {
            AssertSame($"gate {kind}", [3, 4], run =>
            {
                Tensor x = run.Put(7, 40, Values(1, 280, 6f));
                run.Backend.Gate(x, kind);
                run.Backend.Rope(run.Batch, x, 10, run.Table(8, 6, Values(2, 48)));
                return x.ColumnRange(0, 20);
            });
        }
    }

    [Fact]
    public void Pools()
    {
        foreach (PoolKind kind in Enum.GetValues<PoolKind>())
        {
            AssertSame($"pool {kind}", [1, 5, 2], run =>
            {
                Tensor x = run.Put(8, 33, Values(1, 8 * 33));
                Tensor y = run.Poisoned(3, 33);
                run.Backend.Pool(run.Batch, x, kind, true, y);
                return y;
            });
        }
    }

    /// <summary>Every tile and stored type; a result that no tile divides, k that no step divides.</summary>
    [Theory]
    [InlineData(nameof(ElementType.F32))]
    [InlineData(nameof(ElementType.F16))]
    [InlineData(nameof(ElementType.BF16))]
    public void Products(string typeName)
    {
        ElementType type = Enum.Parse<ElementType>(typeName);
        foreach (ProductTile tile in ProductTile.Exact.ToArray())
        {
            AssertSame($"product {tile.Kernel} {type}", [3], run =>
            {
                Tensor x = run.Put(5, 22, Values(1, 110)).ColumnRange(1, 19);
                Matrix w = run.Backend.LoadMatrix(
                    new ArrayRows(18, 19, type, Values(2, 18 * 19)), new ArrayRows(18, 1, ElementType.F32, Values(3, 18)));
                Tensor y = run.Put(5, 18, Values(4, 90));
                if (run.Backend is GpuBackend backend)
                    backend.Linear(in tile, x, (GpuMatrix)w, ActivationKind.Gelu, y, y);
                else
                    run.Backend.Linear(x, w, ActivationKind.Gelu, y, y, run.Scratch(new ScratchNeeds(1, 1, 0, 19)));
                return y;
            });
        }
    }

    /// <summary>Every kernel; a second tile of keys.</summary>
    [Theory]
    [InlineData(40)]
    [InlineData(68)]
    [InlineData(132)]
    public void Attention(int size) =>
        AssertSame($"windows of {size}", [1, 35], run => Attend(run, Shape(size) with { Before = 5, After = 2 }, null));

    [Fact]
    public void AttentionWithAllThatIsDoneToScores()
    {
        const int Size = 12;
        AttentionShape shape = Shape(Size) with { Heads = 2 };
        int[] lengths = [1, 35];
        AssertSame("plain", lengths, run => Attend(run, shape, null));
        AssertSame("softcap", lengths, run => Attend(run, shape with { Softcap = 5f, After = 0 }, null));
        AssertSame(
            "bias", lengths, run => Attend(run, shape, new PositionBias(run.Table(2, 9, Values(6, 18)))));
        AssertSame("position tables", [1, 6], run => Attend(run, shape with { Positions = 8 }, new PositionBias(
            null, run.Table(2 * Size, 8, Values(6, 16 * Size)), run.Table(2 * Size, 8, Values(7, 16 * Size)),
            run.Table(1, 13, [0, 0, 1, 1, 2, 2, 3, 4, 5, 5, 6, 6, 7]))));
    }

    [Fact]
    public void HitsAreTheCpusOwn()
    {
        const int Bits = 100, Codes = 300, K = 5, Queries = 3;
        using var index = new DeviceBinaryIndex(Device, Bits);
        using var expected = new BinaryIndex(Bits);
        byte[] codes = new byte[Codes * index.CodeBytes];
        new Random(1).NextBytes(codes);
        for (int i = 1; i <= Codes; i++)
            codes[(i * index.CodeBytes) - 1] &= 0xF0;
        index.Add(codes);
        expected.Add(codes);
        var hits = new BinaryHit[Queries * K];
        var wanted = new BinaryHit[Queries * K];
        foreach (IdSet? allowed in new[] { null, new IdSet(Codes, id => id % 3 == 1) })
        {
            ReadOnlySpan<byte> queries = codes.AsSpan(0, Queries * index.CodeBytes);
            Assert.Equal(expected.Search(queries, K, wanted, allowed), index.Search(queries, K, hits, allowed));
            Assert.Equal(wanted, hits);
        }
    }

    [Theory]
    [InlineData(4, 100)]
    [InlineData(8, 70)]
    public void DistancesOfRoundedQueries(int queryBits, int bits)
    {
        const int Codes = 300;
        using var index = new DeviceBinaryIndex(Device, bits);
        byte[] codes = new byte[Codes * index.CodeBytes];
        var random = new Random(bits);
        random.NextBytes(codes);
        for (int i = 1; i <= Codes; i++)
            codes[(i * index.CodeBytes) - 1] &= (byte)(0xFF << ((8 * index.CodeBytes) - bits));
        index.Add(codes);
        float[] query = [.. Enumerable.Range(0, bits).Select(_ => random.NextSingle() - 0.5f)];
        sbyte[] levels = new sbyte[bits];
        QueryLevels.Quantize(query, queryBits, levels);
        int[] expected = [.. Enumerable.Range(0, Codes).Select(code => Enumerable.Range(0, bits).Sum(i =>
        {
            bool isPositive = (codes[(code * index.CodeBytes) + (i / 8)] & (128 >> (i % 8))) != 0;
            return isPositive == levels[i] > 0 ? 0 : Math.Abs((int)levels[i]);
        }))];
        Assert.Equal(expected, index.Distances(query, queryBits).ToArray());
    }

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.Float16)]
    [InlineData(VectorCode.BFloat16)]
    [InlineData(VectorCode.Int8)]
    public void ScoresOfRows(VectorCode code)
    {
        DeviceRowsTests.Check(Device.Driver, code, Metric.Dot, 129);
        DeviceRowsTests.Check(Device.Driver, code, Metric.SquaredDistance, 33);
    }

    private static AttentionShape Shape(int size) =>
        new() { Heads = 1, KeyHeads = 1, HeadSize = size, Scale = 1f / MathF.Sqrt(size) };

    private static Tensor Attend(BackendRun run, AttentionShape shape, PositionBias? bias)
    {
        int tokens = run.Batch.Tokens;
        Tensor qkv = run.Put(tokens, shape.Columns, Values(5, tokens * shape.Columns, 2f));
        Tensor y = run.Poisoned(tokens, shape.Heads * shape.HeadSize);
        run.Backend.Attend(
            run.Batch, qkv, shape, bias, y,
            run.Scratch(new ScratchNeeds(40, shape.HeadSize, shape.Positions, 1)));
        return y;
    }

    private void AssertSame(string what, int[] lengths, Func<BackendRun, Tensor> op)
    {
        float[] expected = Run(new CpuDevice(new KernelSet(Isa.Reference), null), lengths, op);
        float[] actual = Run(Device, lengths, op);
        Assert.DoesNotContain(expected, float.IsNaN);
        Assert.True(
            actual.AsSpan().SequenceEqual(expected),
            $"{what}: {expected.Zip(actual).Count(pair => pair.First != pair.Second)} of {expected.Length} differ");
    }

    private static float[] Run(Device device, int[] lengths, Func<BackendRun, Tensor> op)
    {
        using var run = new BackendRun(
            device.CreateBackend(Precision.Exact, 1), BackendRun.BatchOf(lengths, 50), 1 << 20);
        return run.Get(op(run));
    }

    private static float[] Values(int seed, int count, float scale = 1f)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)((random.NextDouble() * 2) - 1) * scale;
        return values;
    }
}
