using System.Globalization;
using System.Text.RegularExpressions;
using Sextant.Tests;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The CUDA kernels of fast mode as compiled: as many tensor-core instructions as their tiles need, and nothing in
/// local memory. Read from the PTX that travels in the assembly, so without a GPU.
/// </summary>
public sealed partial class FastPtxTests
{
    private static readonly string s_fast = File.ReadAllText(
        Path.Combine(TestData.Root, "kernels", "gpu", "ptx", "Fast.ptx"));

    private static readonly Dictionary<string, string> s_kernels = s_fast.Split(".visible .entry ").Skip(1)
        .ToDictionary(text => text[..text.IndexOf('(', StringComparison.Ordinal)]);

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
            Assert.Equal(5, Count(kernel, "cp.async.cg.shared.global"));
        }
    }

    /// <summary>The ceiling: eight chains in a loop that does nothing else.</summary>
    [Fact]
    public void ThePeaksLoopMultipliesEightTimes()
    {
        foreach ((string type, string kernel) in Both("peak_mma"))
        {
            Assert.Equal(8, Count(kernel, Multiply(type)));
            string loop = kernel[kernel.IndexOf("Loop Header", StringComparison.Ordinal)..];
            loop = loop[..loop.IndexOf("bra", StringComparison.Ordinal)];
            Assert.Equal(8, Count(loop, Multiply(type)));
            Assert.DoesNotContain("mov.", loop, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void NoKernelUsesLocalMemoryOrCallsAnother()
    {
        Assert.DoesNotContain(".local", s_fast, StringComparison.Ordinal);
        Assert.DoesNotContain("call", s_fast, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryKernelOfTheCatalogIsThere() => Assert.Equal(
        Enum.GetValues<GpuKernel>().Where(GpuKernels.IsFast).Select(kernel => GpuKernels.Names[(int)kernel]).Order(),
        s_kernels.Keys.Order());

    [Fact]
    public void TheTargetIsTheOldestThatIsPromised()
    {
        Assert.Contains(".target sm_80", s_fast, StringComparison.Ordinal);
        Assert.Contains(".version 7.0", s_fast, StringComparison.Ordinal);
    }

    [Fact]
    public void SharedMemoryStaysBelowWhatEveryGpuHas()
    {
        foreach ((string name, string kernel) in s_kernels)
        {
            int bytes = SharedArrays().Matches(kernel)
                .Sum(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
            Assert.True(bytes <= 48 << 10, $"{name}: {bytes} bytes");
            Assert.Equal(name.Contains("gemm", StringComparison.Ordinal)
                || name.Contains("attention", StringComparison.Ordinal), bytes > 0);
        }
    }

    private static (string Type, string Kernel)[] Both(string name) =>
        [("f16", s_kernels[$"{name}_fast_f16"]), ("bf16", s_kernels[$"{name}_fast_bf16"])];

    private static string Multiply(string type) => $"mma.sync.aligned.m16n8k16.row.col.f32.{type}.{type}.f32";

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex(@"\.shared \.align \d+ \.b8 \w+\[(\d+)\]")]
    private static partial Regex SharedArrays();
}
