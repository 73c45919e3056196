using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The products of warpgroups, emulated from the PTX ISA's tables (kernels/gpu/Warpgroup.h), against a sum in double of
/// the same 16-bit factors. The kernel's own text runs: copies, swizzled positions, descriptors, which sums an item
/// has, what may be overwritten when, edges, epilogues. What a GPU makes of the instructions it cannot show.
/// </summary>
public class WideProductTests : ProductContract
{
    public static TheoryData<int, int, int> Shapes() => new()
    {
        { 1, 48, 16 }, { 1, 47, 7 }, { 5, 1, 1 }, { 8, 40, 100 }, { 17, 257, 64 }, { 65, 33, 129 }, { 129, 31, 72 },
        { 33, 40, 464 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ProductsAreThoseOfDouble(int rows, int outputs, int inputs)
    {
        foreach (FastEmulation emulation in Emulations)
        {
            foreach (ProductTile tile in TestData.Some(ProductTile.All(true).ToArray(), rows))
            {
                bool whole = (rows + tile.Columns / 32) % 2 == 0;
                Check(emulation, tile, rows, outputs, inputs, ElementType.F32, whole);
                if (emulation == FastEmulation.EarlyCopies)
                    Check(emulation, tile, rows, outputs, inputs, ElementType.F16, !whole);
            }
        }
    }

    [Fact]
    public void TilesHaveTheirPlacesInBands()
    {
        // More than eight blocks of rows, so that there is a second band, and it is a smaller one.
        ProductTile small = ProductTile.All(true)[^1];
        Check(FastEmulation.LateCopies, small, 64 * 9 + 3, 70, 20, ElementType.F32, true);
    }

    [Fact]
    public void EveryTileHasTheSameBits()
    {
        const int Rows = 70, Outputs = 100, Inputs = 200;
        float[]? first = null;
        foreach (ProductTile tile in ProductTile.All(true).ToArray())
        {
            using BackendRun run = Run(FastEmulation.EarlyCopies);
            Tensor x = run.Put(Rows, Inputs, FastValues.Of(1, Rows * Inputs));
            Tensor y = run.Poisoned(Rows, Outputs);
            var backend = (GpuFastBackend)run.Backend;
            backend.Linear(in tile, x, Weights(run, Outputs, Inputs, ElementType.F32, null), default, default, y);
            float[] found = run.Get(y);
            first ??= found;
            Assert.Equal(first, found);
        }
    }

    [Fact]
    public void AModelOfWideProductsHasNoOthers()
    {
        using BackendRun run = Run(FastEmulation.EarlyCopies);
        Assert.All([1, 63, 64, 128, 5000], rows => Assert.All(
            [1, 300, 5000],
            outputs => Assert.Equal(GpuModule.Fast90, GpuKernels.Of(Chosen(rows, outputs, 768)).Module)));
        Assert.Equal(GpuKernel.GemmWide256FastF16, Chosen(8192, 8192, 8192));
        Assert.Equal(GpuKernel.GemmWide256FastF16, Chosen(4096, 768, 768));
        // One turn of 96 groups, and no six turns of small ones.
        Assert.Equal(GpuKernel.GemmWide128FastF16, Chosen(512, 3072, 768));
        Assert.Equal(GpuKernel.GemmWide128FastF16, Chosen(2048, 768, 768));
        Assert.Equal(GpuKernel.GemmWide64FastF16, Chosen(1024, 768, 768));
        Assert.Equal(GpuKernel.GemmWide32FastF16, Chosen(32, 1536, 384));
        Assert.Equal(GpuKernel.Gemm128FastF16, Chosen(8192, 8192, 8192, wide: false));
    }

    private static GpuKernel Chosen(int rows, int outputs, int inputs, bool wide = true) =>
        ProductTile.Choose(ProductTile.All(wide), rows, outputs, inputs, 132).Kernel;

    [Fact]
    public void ADeviceThatComputesAsItShouldPassesTheCheck() =>
        Assert.Null(WideProducts.FailedCheck(Driver));

    private protected virtual GpuDriver Driver => FastHere.WideDriver(FastEmulation.EarlyCopies);

    private protected override Backend Create(FastEmulation emulation) =>
        new GpuFastBackend(FastHere.WideDriver(emulation).Hold(), wide: true);

    private void Check(
        FastEmulation emulation, ProductTile tile, int rows, int outputs, int inputs, ElementType type, bool whole) =>
        Check(emulation, tile, rows, outputs, inputs, type, whole,
            whole ? ActivationKind.Gelu : ActivationKind.Identity);
}
