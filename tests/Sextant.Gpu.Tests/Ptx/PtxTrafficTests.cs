using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// How the kernels' accesses to memory fall, counted while their PTX runs: shared memory gives a word of each of its 32
/// banks in a turn, and global memory comes in sectors of 32 bytes. A profiler would count the same on a GPU.
/// </summary>
[Collection(nameof(OneFakeCuda))]
public sealed class PtxTrafficTests
{
    [Theory]
    [InlineData(4, 4, 1, 1)]
    [InlineData(0, 4, 1, 1)]
    [InlineData(8, 4, 2, 1)]
    [InlineData(128, 4, 32, 1)]
    [InlineData(132, 4, 1, 1)]
    [InlineData(8, 8, 2, 2)]
    [InlineData(16, 16, 4, 4)]
    [InlineData(128, 16, 32, 4)]
    [InlineData(144, 16, 4, 4)]
    [InlineData(64, 16, 16, 4)]
    public void TurnsOfSharedMemoryAreCounted(int stride, int bytes, int used, int least)
    {
        PtxTraffic.Count count = Counted("shared load", stride, bytes, uint.MaxValue);
        Assert.Equal((used, least), (count.Used, count.Least));
    }

    [Theory]
    [InlineData(4, 4, 4, 4)]
    [InlineData(8, 4, 8, 4)]
    [InlineData(32, 4, 32, 4)]
    [InlineData(0, 4, 1, 1)]
    [InlineData(16, 16, 16, 16)]
    public void SectorsOfGlobalMemoryAreCounted(int stride, int bytes, int used, int least)
    {
        PtxTraffic.Count count = Counted("global load", stride, bytes, uint.MaxValue);
        Assert.Equal((used, least), (count.Used, count.Least));
        Assert.Equal(1, Counted("global load", stride, bytes, 1).Used);
    }

    /// <summary>Products of whole tiles.</summary>
    [Theory]
    [InlineData("gemm_128_f32", 0, 256, 256)]
    [InlineData("gemm_64_f32", 0, 64, 128)]
    [InlineData("gemm_16_f32", 0, 16, 64)]
    [InlineData("gemm_128_fast_bf16", 80, 256, 256)]
    [InlineData("gemm_64_fast_bf16", 80, 128, 128)]
    [InlineData("gemm_32_fast_bf16", 80, 32, 64)]
    [InlineData("gemm_wide_256_fast_bf16", 90, 256, 512)]
    [InlineData("gemm_wide_128_fast_bf16", 90, 256, 256)]
    [InlineData("gemm_wide_64_fast_bf16", 90, 128, 256)]
    [InlineData("gemm_wide_32_fast_bf16", 90, 64, 64)]
    public void ProductsHaveNoBankConflictsAndReadWholeSectors(string kernel, int capability, int rows, int outputs)
    {
        const int Inputs = 128;
        PtxTraffic traffic = Run(capability, [3], run =>
        {
            Matrix w = run.Backend.LoadMatrix(
                new ArrayRows(outputs, Inputs, ElementType.F32, FastValues.Of(2, outputs * Inputs)),
                new ArrayRows(outputs, 1, ElementType.F32, new float[outputs]));
            Tensor x = run.Put(rows, Inputs, FastValues.Of(1, rows * Inputs)), y = run.Poisoned(rows, outputs);
            if (run.Backend is GpuFastBackend fast)
                return () => fast.Linear(TileOf(kernel), x, (NarrowMatrix)w, ActivationKind.Gelu, y, y);
            return () => ((GpuBackend)run.Backend).Linear(TileOf(kernel), x, (GpuMatrix)w, ActivationKind.Gelu, y, y);
        });
        Assert.Equal([kernel], traffic.Kernels);
        // The smallest tile's rows after its sums are so short that two of them meet in the same banks.
        string read = "shared load";
        if (kernel == "gemm_32_fast_bf16")
            Assert.Equal(2 * traffic.Of(kernel, read).Least, traffic.Of(kernel, read).Used);
        else
            AssertLeast(traffic, kernel, read);
        AssertLeast(traffic, kernel, "shared store", "shared matrix", "shared copy", "global load", "global store",
            "global copy");
    }

    [Theory]
    [InlineData("attention_32", 0, 32)]
    [InlineData("attention_64", 0, 64)]
    [InlineData("attention_128", 0, 128)]
    [InlineData("attention_256", 0, 256)]
    [InlineData("attention_32_fast_bf16", 90, 32)]
    [InlineData("attention_64_fast_bf16", 90, 64)]
    [InlineData("attention_128_fast_bf16", 90, 128)]
    public void AttentionHasNoBankConflictsAndReadsWholeSectors(string kernel, int capability, int size)
    {
        const int Tokens = 160;
        PtxTraffic traffic = Run(capability, [Tokens], run =>
        {
            var shape = new AttentionShape { Heads = 1, KeyHeads = 1, HeadSize = size, Scale = 0.1f };
            Tensor x = run.Put(Tokens, shape.Columns, FastValues.Of(1, Tokens * shape.Columns));
            Tensor y = run.Poisoned(Tokens, size);
            Tensor scratch = run.Scratch(new ScratchNeeds(Tokens, size, 0, 1));
            return () => run.Backend.Attend(run.Batch, x, shape, null, y, scratch);
        });
        if (kernel.EndsWith("bf16", StringComparison.Ordinal) && size <= 128 || capability == 0)
            Assert.Equal([kernel], traffic.Kernels);
        AssertLeast(traffic, kernel, "shared load", "shared store", "shared matrix", "shared copy", "global copy");
    }

    [Theory]
    [InlineData("layer_norm", 0)]
    [InlineData("layer_norm_fast_bf16", 90)]
    public void NormsReadAndWriteWholeSectors(string kernel, int capability)
    {
        const int Columns = 384;
        PtxTraffic traffic = Run(capability, [3], run =>
        {
            Table gamma = run.Table(1, Columns, new float[Columns]), beta = run.Table(1, Columns, new float[Columns]);
            Tensor x = run.Put(8, Columns, FastValues.Of(1, 8 * Columns)), y = run.Poisoned(8, Columns);
            return () => run.Backend.LayerNorm(x, gamma, beta, 1e-12f, y);
        });
        AssertLeast(traffic, kernel, "global load", "global store");
    }

    private static PtxTraffic.Count Counted(string what, int stride, int bytes, uint lanes)
    {
        var traffic = new PtxTraffic();
        traffic.Add("k", what, [.. Enumerable.Range(0, PtxWarp.Threads).Select(i => (ulong)(i * stride))], lanes, bytes);
        return traffic.Of("k", what);
    }

    private static ProductTile TileOf(string kernel) =>
        ProductTile.Exact.ToArray().Concat(ProductTile.All(false).ToArray()).Concat(ProductTile.All(true).ToArray())
            .Single(tile => kernel[..kernel.LastIndexOf('_')] is var name
                && GpuKernels.Name(tile.Kernel).StartsWith($"{name}_", StringComparison.Ordinal)
                && (GpuKernels.Of(tile.Kernel).Module == GpuModule.Fast) == (kernel.Contains("fast", StringComparison.Ordinal)
                    && !kernel.Contains("wide", StringComparison.Ordinal)));

    // What the op's own kernels do; 0: exact mode.
    private static PtxTraffic Run(int capability, int[] lengths, Func<BackendRun, Action> prepare)
    {
        using var fake = new FakeCuda(runs: true) { Capability = capability == 0 ? 90 : capability };
        using CudaDevice device = FakeCuda.Open();
        Precision precision = capability == 0 ? Precision.Exact : Precision.Fast;
        using var run = new BackendRun(device.CreateBackend(precision, null), BackendRun.BatchOf(lengths, 10));
        Action op = prepare(run);
        Tensor last = run.Poisoned(1, 1);
        _ = run.Get(last);
        var traffic = new PtxTraffic();
        fake.Traffic = traffic;
        op();
        _ = run.Get(last);
        fake.Traffic = null;
        return traffic;
    }

    private static void AssertLeast(PtxTraffic traffic, string kernel, params string[] kinds)
    {
        string[] more = [.. kinds.Where(kind => traffic.Of(kernel, kind).Used > traffic.Of(kernel, kind).Least)
            .Select(kind => $"{kind}: {traffic.Of(kernel, kind).Used} of {traffic.Of(kernel, kind).Least}")];
        Assert.True(more.Length == 0, $"{kernel}: {string.Join(", ", more)}");
        Assert.Contains(kinds, kind => traffic.Of(kernel, kind).Used > 0);
    }
}
