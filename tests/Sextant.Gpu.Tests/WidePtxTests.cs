using System.Globalization;
using System.Text.RegularExpressions;
using Sextant.Tests;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The products of warpgroups as compiled: the instructions that their tiles need, what separates them, and nothing in
/// local memory. Read from the PTX that travels in the assembly, so without a GPU.
/// </summary>
public sealed partial class WidePtxTests() : PtxFileContract("Fast90.ptx", "sm_90a", "8.0")
{
    private protected override bool Holds(GpuKernel kernel) => GpuKernels.Of(kernel).Module == GpuModule.Fast90;

    /// <summary>A step of 64 of k is four products of a warpgroup; a copy brings an item 16 bytes.</summary>
    [Theory]
    [InlineData("gemm_wide_256", 128, 256, 4)]
    [InlineData("gemm_wide_128", 128, 128, 3)]
    [InlineData("gemm_wide_64", 64, 128, 4)]
    [InlineData("gemm_wide_32", 64, 32, 6)]
    public void AStepIsFourProductsOfAWarpgroup(string name, int rows, int columns, int stages)
    {
        foreach (string type in new[] { "f16", "bf16" })
        {
            string kernel = Kernels[$"{name}_fast_{type}"];
            int items = 2 * rows;
            Assert.Contains($".maxntid {items}", kernel, StringComparison.Ordinal);
            Assert.Equal(
                4, Count(kernel, $"wgmma.mma_async.sync.aligned.m64n{columns}k16.f32.{type}.{type} "));
            Assert.Equal(4, Count(kernel, "wgmma.mma_async"));
            Assert.Equal((rows + columns) * 8 / items, Count(kernel, "cp.async.cg.shared.global"));
            // A step's copies, one fence for them, a barrier, products; then the products of the step before.
            string[] order =
            [
                $"cp.async.wait_group {stages - 3};", "fence.proxy.async.shared::cta;", "bar.sync", "wgmma.fence",
                "wgmma.mma_async", "wgmma.commit_group", "cp.async.cg", "cp.async.commit_group",
                "wgmma.wait_group.sync.aligned 1;", "wgmma.wait_group.sync.aligned 0;", "cp.async.wait_group 0;",
            ];
            int at = 0;
            foreach (string word in order)
            {
                int found = kernel.IndexOf(word, at, StringComparison.Ordinal);
                Assert.True(found >= 0, $"{name} {type}: {word} is not after what comes before it");
                at = found;
            }
        }
    }

    /// <summary>What the host asks for is what the sources' tiles take, and what a group may have.</summary>
    [Fact]
    public void SharedMemoryIsThatOfTheTiles()
    {
        string source = File.ReadAllText(Path.Combine(TestData.Root, "kernels", "gpu", "FastWideKernels.h"));
        var values = new Dictionary<string, int>();
        int kernels = 0;
        foreach (Match line in Defines().Matches(source))
        {
            string name = line.Groups[1].Value;
            if (name != "NAME")
            {
                values[name] = int.Parse(line.Groups[3].Value, CultureInfo.InvariantCulture);
                continue;
            }
            // A kernel's name stands before what it is made of.
            int end = source.IndexOf("#include", line.Index, StringComparison.Ordinal);
            foreach (Match own in Defines().Matches(source[(line.Index + line.Length)..end]))
                values[own.Groups[1].Value] = int.Parse(own.Groups[3].Value, CultureInfo.InvariantCulture);
            int bytes = values["STAGES"] * (values["TILE_ROWS"] + values["TILE_COLUMNS"]) * 64 * sizeof(ushort);
            foreach (string type in new[] { "f16", "bf16" })
            {
                kernels++;
                GpuKernelInfo kernel = GpuKernels.All.Single(one => one.Name == $"{line.Groups[2].Value}_fast_{type}");
                Assert.Equal(bytes + 1024, kernel.SharedBytes);
                Assert.True(bytes + 1024 <= 227 << 10);
            }
        }
        Assert.Equal(Kernels.Count, kernels);
        // They have none of their own beside it.
        Assert.DoesNotContain(".shared .align", Text.Replace(".extern .shared .align", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [GeneratedRegex(@"#define (NAME|TILE_ROWS|TILE_COLUMNS|STAGES) (?:FAST\((\w+)\)|(\d+))")]
    private static partial Regex Defines();
}
