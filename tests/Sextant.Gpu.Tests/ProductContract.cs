using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Tests.Backends;

namespace Sextant.Gpu.Tests;

/// <summary>Products of fast mode against a sum in double of the same 16-bit factors, wherever they run.</summary>
public abstract class ProductContract
{
    /// <summary>When copies arrive, where that is emulated.</summary>
    private protected virtual FastEmulation[] Emulations => [FastEmulation.EarlyCopies, FastEmulation.LateCopies];

    private protected abstract Backend Create(FastEmulation emulation);

    private protected BackendRun Run(FastEmulation emulation) => new(Create(emulation), BackendRun.BatchOf([3], 10));

    private protected static NarrowMatrix Weights(
        BackendRun run, int outputs, int inputs, ElementType type, float[]? bias) =>
        (NarrowMatrix)run.Backend.LoadMatrix(
            new ArrayRows(outputs, inputs, type, FastValues.Of(2, outputs * inputs)),
            bias is null ? null : new ArrayRows(outputs, 1, ElementType.F32, bias));

    // One product of the tile, or of the one that the backend chooses. Whole: with a bias and a residual, in place, of
    // whole rows; if not, of a range of columns into memory of its own.
    private protected void Check(
        FastEmulation emulation, ProductTile? tile, int rows, int outputs, int inputs, ElementType type, bool whole,
        ActivationKind kind)
    {
        using BackendRun run = Run(emulation);
        (int stride, int offset) = whole ? (inputs, 0) : (inputs + 3, 1);
        float[] xs = FastValues.Of(1, rows * stride), ws = FastValues.Of(2, outputs * inputs);
        float[] bias = FastValues.Of(3, outputs), residual = FastValues.Of(4, rows * outputs);
        NarrowMatrix w = Weights(run, outputs, inputs, type, whole ? bias : null);
        Tensor x = run.Put(rows, stride, xs).ColumnRange(offset, inputs);
        Tensor rest = whole ? run.Put(rows, outputs, residual) : default;
        Tensor y = whole ? rest : run.Poisoned(rows, outputs);
        if (tile is { } chosen)
            ((GpuFastBackend)run.Backend).Linear(in chosen, x, w, kind, rest, y);
        else
            run.Backend.Linear(x, w, kind, rest, y, default);
        double worst = FastValues.WorstProduct(
            run.Get(y), xs, stride, offset, ws, rows, outputs, inputs, type == ElementType.F16,
            (sum, row, column) => whole
                ? FastValues.Activate(kind, sum + bias[column]) + residual[row * outputs + column] : sum);
        Assert.True(
            worst <= Tolerances.FastProduct,
            $"[{rows},{outputs},{inputs}] {tile?.Kernel} {type} {kind} {emulation}: {worst:G3}");
    }
}
