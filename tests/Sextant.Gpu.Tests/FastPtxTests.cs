namespace Sextant.Gpu.Tests;

/// <summary>
/// The CUDA kernels of fast mode as compiled: as many tensor-core instructions as their tiles need, and nothing in
/// local memory. Read from the PTX that travels in the assembly, so without a GPU.
/// </summary>
public sealed class FastPtxTests() : PtxFileContract("Fast.ptx", "sm_80", "7.0")
{
    private protected override bool Holds(GpuKernel kernel) => GpuKernels.Of(kernel).Module == GpuModule.Fast;

    /// <summary>
    /// A product: per 32 of k, a warp multiplies rows/16 × columns/8 fragments twice, each loaded once.
    /// </summary>
    [Theory]
    [InlineData("gemm_128", 64, 32, 3)]
    [InlineData("gemm_64", 32, 32, 4)]
    [InlineData("gemm_32", 16, 16, 4)]
    public void ProductsMultiplyEachFragmentOnce(string name, int warpRows, int warpColumns, int stages)
    {
        foreach ((string type, string kernel) in Both(name))
        {
            Assert.Equal(2 * (warpRows / 16) * (warpColumns / 8), Count(kernel, Multiply(type)));
            Assert.Equal(
                2 * (warpRows / 16 + warpColumns / 16), Count(kernel, "ldmatrix.sync.aligned.m8n8.x4.shared.b16"));
            Assert.Equal(2, Count(kernel, "cp.async.cg.shared.global"));
            // As many tiles on their way as there is room for, beside the one that is multiplied.
            Assert.Contains($"cp.async.wait_group {stages - 2};", kernel, StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Attention: queries once, then for each tile q·k and p·v, each fragment of keys and values loaded once.
    /// </summary>
    [Theory]
    [InlineData("attention_32", 32, 64)]
    [InlineData("attention_64", 64, 64)]
    [InlineData("attention_128", 128, 32)]
    public void AttentionMultipliesEachFragmentOnce(string name, int size, int keys)
    {
        foreach ((string type, string kernel) in Both(name))
        {
            Assert.Equal(2 * (size / 16) * (keys / 8), Count(kernel, Multiply(type)));
            Assert.Equal(
                (size / 16) + (size / 16 * (keys / 16)), Count(kernel, "ldmatrix.sync.aligned.m8n8.x4.shared.b16"));
            Assert.Equal(size / 16 * (keys / 16), Count(kernel, "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16"));
            // 128 items copy 16 bytes each: the queries, the first keys and values, the next ones.
            Assert.Equal((64 + 4 * keys) * size / 8 / 128, Count(kernel, "cp.async.cg.shared.global"));
        }
    }

    [Fact]
    public void ProductsAndAttentionKeepTilesInSharedMemoryAndNoOthersDo() => Assert.All(Kernels, one => Assert.Equal(
        one.Key.Contains("gemm", StringComparison.Ordinal) || one.Key.Contains("attention", StringComparison.Ordinal),
        SharedBytes(one.Value) > 0));

    private (string Type, string Kernel)[] Both(string name) =>
        [("f16", Kernels[$"{name}_fast_f16"]), ("bf16", Kernels[$"{name}_fast_bf16"])];

    private static string Multiply(string type) => $"mma.sync.aligned.m16n8k16.row.col.f32.{type}.{type}.f32";
}
