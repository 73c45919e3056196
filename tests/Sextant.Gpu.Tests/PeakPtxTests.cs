namespace Sextant.Gpu.Tests;

/// <summary>The loops that measure ceilings, as compiled: files of their own, which no model loads.</summary>
public sealed class PeakPtxTests() : PtxFileContract("Peak.ptx", "sm_70", "6.0")
{
    private protected override bool Holds(GpuKernel kernel) => GpuKernels.Of(kernel).Module == GpuModule.Peak;
}

/// <summary>Those of fast mode.</summary>
public sealed class FastPeakPtxTests() : PtxFileContract("FastPeak.ptx", "sm_80", "7.0")
{
    private protected override bool Holds(GpuKernel kernel) => GpuKernels.Of(kernel).Module == GpuModule.FastPeak;

    /// <summary>The ceiling: eight chains in a loop that does nothing else.</summary>
    [Fact]
    public void ThePeaksLoopMultipliesEightTimes()
    {
        foreach (string type in (string[])["f16", "bf16"])
        {
            string kernel = Kernels[$"peak_mma_fast_{type}"];
            string multiply = $"mma.sync.aligned.m16n8k16.row.col.f32.{type}.{type}.f32";
            Assert.Equal(8, Count(kernel, multiply));
            string loop = kernel[kernel.IndexOf("Loop Header", StringComparison.Ordinal)..];
            loop = loop[..loop.IndexOf("bra", StringComparison.Ordinal)];
            Assert.Equal(8, Count(loop, multiply));
            Assert.DoesNotContain("mov.", loop, StringComparison.Ordinal);
        }
    }
}

/// <summary>Those of warpgroups.</summary>
public sealed class WidePeakPtxTests() : PtxFileContract("Fast90Peak.ptx", "sm_90a", "8.0")
{
    private protected override bool Holds(GpuKernel kernel) => GpuKernels.Of(kernel).Module == GpuModule.Fast90Peak;

    /// <summary>The ceiling: four products of a warpgroup in a loop that waits for those of the step before.</summary>
    [Fact]
    public void ThePeaksLoopIsFourProductsOfAWarpgroup()
    {
        foreach (string type in new[] { "f16", "bf16" })
        {
            string kernel = Kernels[$"peak_wide_fast_{type}"];
            Assert.Equal(4, Count(kernel, "wgmma.mma_async"));
            string loop = kernel[kernel.LastIndexOf("Loop Header", StringComparison.Ordinal)..];
            loop = loop[..loop.IndexOf("bra", StringComparison.Ordinal)];
            Assert.Equal(4, Count(loop, $"wgmma.mma_async.sync.aligned.m64n256k16.f32.{type}.{type} "));
            Assert.Contains("wgmma.wait_group.sync.aligned 1;", loop, StringComparison.Ordinal);
            Assert.DoesNotContain("mov.f32", loop, StringComparison.Ordinal);
        }
    }

    /// <summary>One tile of the largest product, and no ring.</summary>
    [Fact]
    public void SharedMemoryIsThatOfATile() => Assert.All(
        (GpuKernel[])[GpuKernel.PeakWideFastF16, GpuKernel.PeakWideFastBF16],
        peak => Assert.Equal((128 + 256) * 64 * sizeof(ushort) + 1024, GpuKernels.Of(peak).SharedBytes));
}
