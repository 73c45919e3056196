using Sextant.Backends;
using Sextant.Gpu.OpenCl;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>
/// The products of warpgroups, emulated from the PTX ISA's tables (kernels/gpu/Warpgroup.h), against a sum in double of
/// the same 16-bit factors. The kernel's own text runs: copies, swizzled places, descriptors, which sums an item has,
/// what may be overwritten when, edges, epilogues. What a GPU makes of the instructions it cannot show.
/// </summary>
public class WideProductTests
{
    private protected virtual FastEmulation[] Emulations => [FastEmulation.EarlyCopies, FastEmulation.LateCopies];

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
            foreach (ProductTile tile in ProductTile.All(true).ToArray())
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
            outputs => Assert.True(GpuKernels.IsWide(ProductTile.Choose(rows, outputs, 132, wide: true).Kernel))));
        Assert.Equal(GpuKernel.GemmWide256FastF16, ProductTile.Choose(8192, 8192, 132, wide: true).Kernel);
        Assert.Equal(GpuKernel.GemmWide128FastF16, ProductTile.Choose(4096, 768, 132, wide: true).Kernel);
        Assert.Equal(GpuKernel.GemmWide32FastF16, ProductTile.Choose(32, 1536, 132, wide: true).Kernel);
        Assert.Equal(GpuKernel.Gemm128FastF16, ProductTile.Choose(8192, 8192, 132, wide: false).Kernel);
    }

    [Fact]
    public void ADeviceThatComputesAsItShouldPassesTheCheck() =>
        Assert.Null(WideProducts.FailedCheck(FastHere.WithWarpgroups(FastEmulation.EarlyCopies).Driver));

    private protected virtual Backend Create(FastEmulation emulation) =>
        FastHere.WithWarpgroups(emulation).CreateBackend(Precision.Fast, null);

    private BackendRun Run(FastEmulation emulation) => new(Create(emulation), BackendRun.BatchOf([3], 10));

    private static NarrowMatrix Weights(BackendRun run, int outputs, int inputs, ElementType type, float[]? bias) =>
        (NarrowMatrix)run.Backend.LoadMatrix(
            new ArrayRows(outputs, inputs, type, FastValues.Of(2, outputs * inputs)),
            bias is null ? null : new ArrayRows(outputs, 1, ElementType.F32, bias));

    private void Check(
        FastEmulation emulation, ProductTile tile, int rows, int outputs, int inputs, ElementType type, bool whole)
    {
        using BackendRun run = Run(emulation);
        (int stride, int offset) = whole ? (inputs, 0) : (inputs + 3, 1);
        float[] xs = FastValues.Of(1, rows * stride), ws = FastValues.Of(2, outputs * inputs);
        float[] bias = FastValues.Of(3, outputs), residual = FastValues.Of(4, rows * outputs);
        NarrowMatrix w = Weights(run, outputs, inputs, type, whole ? bias : null);
        Tensor x = run.Put(rows, stride, xs).ColumnRange(offset, inputs);
        Tensor rest = whole ? run.Put(rows, outputs, residual) : default;
        Tensor y = whole ? rest : run.Poisoned(rows, outputs);
        ActivationKind kind = whole ? ActivationKind.Gelu : ActivationKind.Identity;
        ((GpuFastBackend)run.Backend).Linear(in tile, x, w, kind, rest, y);
        float[] actual = run.Get(y);
        double worst = FastValues.WorstProduct(
            actual, xs, stride, offset, ws, rows, outputs, inputs, type == ElementType.F16,
            (sum, row, column) => whole
                ? FastValues.Activate(kind, sum + bias[column]) + residual[row * outputs + column] : sum);
        Assert.True(
            worst <= Tolerances.FastProduct,
            $"[{rows},{outputs},{inputs}] {tile.Kernel} {type} {emulation}: {worst:G3}");
    }
}
