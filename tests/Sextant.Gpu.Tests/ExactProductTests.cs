using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>Every tile of the exact product has the processor's bits, whichever the backend would choose.</summary>
public abstract class ExactProductContract
{
    [Theory]
    [InlineData(1, 48, 16)]
    [InlineData(130, 131, 37)]
    [InlineData(19, 64, 48)]
    [InlineData(128, 128, 64)]
    [InlineData(5, 7, 3)]
    [InlineData(66, 150, 100)]
    public void EveryTileHasTheProcessorsBits(int rows, int outputs, int inputs) =>
        Check(Create, rows, outputs, inputs);

    /// <summary>Each tile and stored type, with all that comes after a product and without.</summary>
    internal static void Check(Func<Backend> create, int rows, int outputs, int inputs)
    {
        foreach (ElementType type in new[] { ElementType.F32, ElementType.F16, ElementType.BF16 })
        {
            foreach (bool whole in new[] { false, true })
            {
                float[] expected = Run(
                    Device.Cpu.CreateBackend(Precision.Exact, 1), null, rows, outputs, inputs, type, whole);
                foreach (ProductTile tile in ProductTile.Exact.ToArray())
                    Assert.Equal(expected, Run(create(), tile, rows, outputs, inputs, type, whole));
            }
        }
    }

    /// <summary>Few rows take small tiles, so that more units have work; many take the largest.</summary>
    [Fact]
    public void TilesAreChosenByRows()
    {
        Assert.Equal(GpuKernel.Gemm128F32, Chosen(8192, 8192, 8192));
        Assert.Equal(GpuKernel.Gemm128F32, Chosen(4096, 3072, 768));
        Assert.Equal(GpuKernel.Gemm16F32, Chosen(32, 384, 384));
        Assert.Equal(GpuKernel.Gemm16F32, Chosen(1, 384, 384));
    }

    private protected abstract Backend Create();

    private static GpuKernel Chosen(int rows, int outputs, int inputs) =>
        ProductTile.Choose(ProductTile.Exact, rows, outputs, inputs, 132).Kernel;

    // Whole: with a bias and a residual, in place; if not, of a range of columns that is not aligned.
    private static float[] Run(
        Backend backend, ProductTile? tile, int rows, int outputs, int inputs, ElementType type, bool whole)
    {
        using var run = new BackendRun(backend, BackendRun.BatchOf([3], 10));
        (int stride, int offset) = whole ? (inputs, 0) : (inputs + 3, 1);
        Matrix w = backend.LoadMatrix(
            new ArrayRows(outputs, inputs, type, FastValues.Of(2, outputs * inputs)),
            whole ? new ArrayRows(outputs, 1, ElementType.F32, FastValues.Of(3, outputs)) : null);
        Tensor x = run.Put(rows, stride, FastValues.Of(1, rows * stride)).ColumnRange(offset, inputs);
        Tensor rest = whole ? run.Put(rows, outputs, FastValues.Of(4, rows * outputs)) : default;
        Tensor y = whole ? rest : run.Poisoned(rows, outputs);
        ActivationKind kind = whole ? ActivationKind.Gelu : ActivationKind.Identity;
        if (tile is { } chosen)
            ((GpuBackend)backend).Linear(in chosen, x, (GpuMatrix)w, kind, rest, y);
        else
            backend.Linear(x, w, kind, rest, y, run.Scratch(new ScratchNeeds(1, 1, 0, inputs)));
        return run.Get(y);
    }
}

/// <summary>The tiles of GPUs on the OpenCL device.</summary>
public sealed class OpenClProductTests : ExactProductContract
{
    private protected override Backend Create() => OpenClHere.Device.CreateBackend(Precision.Exact, null);
}

/// <summary>The same from their PTX.</summary>
[Collection(nameof(OneFakeCuda))]
public sealed class FakeCudaProductTests : ExactProductContract, IDisposable
{
    private readonly FakeCuda _fake = new(runs: true);
    private CudaDevice? _device;

    public void Dispose()
    {
        _device?.Dispose();
        _fake.Dispose();
    }

    private protected override Backend Create() =>
        (_device ??= FakeCuda.Open()).CreateBackend(Precision.Exact, null);
}
