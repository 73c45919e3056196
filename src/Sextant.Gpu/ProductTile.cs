namespace Sextant.Gpu;

/// <summary>
/// How a product is cut: a group of items has this piece of the result for its own. The cycles are estimates, not
/// measured (kernels/gpu/README.md says from what), and only decide between tiles, which all give the same bits.
/// </summary>
/// <param name="Kernel">The kernel for f32 or f16; the next ones are those for the other stored types.</param>
/// <param name="Rows">Rows of a tile.</param>
/// <param name="Columns">Columns of a tile.</param>
/// <param name="Step">Cycles of a unit for 64 of k, of each group where it has several.</param>
/// <param name="Alone">Cycles of the same where it has one: at least what a step waits for.</param>
/// <param name="End">Cycles of a unit for what comes after the sums.</param>
internal readonly record struct ProductTile(
    GpuKernel Kernel, int Rows, int Columns, int Step, int Alone, int End)
{
    private const int StepInputs = 64;

    private static readonly ProductTile[] s_exact =
    [
        new(GpuKernel.Gemm128F32, 128, 128, 9616, 9616, 4800),
        new(GpuKernel.Gemm64F32, 64, 64, 2968, 4000, 1200),
        new(GpuKernel.Gemm16F32, 16, 64, 800, 2800, 300),
    ];

    private static readonly ProductTile[] s_warps =
    [
        new(GpuKernel.Gemm128FastF16, 128, 128, 1024, 1024, 3840),
        new(GpuKernel.Gemm64FastF16, 64, 64, 384, 500, 960),
        new(GpuKernel.Gemm32FastF16, 32, 32, 192, 350, 240),
    ];

    private static readonly ProductTile[] s_warpgroups =
    [
        new(GpuKernel.GemmWide256FastF16, 128, 256, 1267, 1267, 7680),
        new(GpuKernel.GemmWide128FastF16, 128, 128, 845, 845, 3840),
        new(GpuKernel.GemmWide64FastF16, 64, 128, 633, 633, 1920),
        new(GpuKernel.GemmWide32FastF16, 64, 32, 317, 350, 480),
    ];

    /// <summary>That of exact products on vectors: one item, 32 rows and three panels of weights.</summary>
    public static ProductTile Vectors { get; } = new(GpuKernel.GemmVectorsF32, 32, 48, 0, 0, 0);

    /// <summary>The tiles of exact products on a GPU, the largest first.</summary>
    public static ReadOnlySpan<ProductTile> Exact => s_exact;

    /// <summary>
    /// Those of fast mode, the largest first, of one kind of products: of warps or, wide, of warpgroups. Those of a
    /// kind give the same bits; those of the other kind need not, so that a model's products are all of one.
    /// </summary>
    public static ReadOnlySpan<ProductTile> All(bool wide) => wide ? s_warpgroups : s_warps;

    /// <summary>The tile that a device is done with first, the larger of two that take as long.</summary>
    /// <param name="tiles">Those to choose from.</param>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="outputs">Its columns.</param>
    /// <param name="inputs">Terms of its sums.</param>
    /// <param name="units">Units of the device that work at the same time.</param>
    public static ProductTile Choose(ReadOnlySpan<ProductTile> tiles, int rows, int outputs, int inputs, int units)
    {
        ProductTile best = tiles[0];
        foreach (ProductTile tile in tiles[1..])
        {
            if (tile.Cycles(rows, outputs, inputs, units) < best.Cycles(rows, outputs, inputs, units))
                best = tile;
        }
        return best;
    }

    /// <summary>Groups that a result takes.</summary>
    public long Groups(int rows, int outputs) =>
        GpuRowOps.Groups(rows, Rows) * GpuRowOps.Groups(outputs, Columns);

    /// <summary>Cycles of the unit that has most groups.</summary>
    public long Cycles(int rows, int outputs, int inputs, int units)
    {
        long most = GpuRowOps.Groups(Groups(rows, outputs), units);
        long steps = GpuRowOps.Groups(inputs, StepInputs);
        return most == 1 ? (steps * Alone) + End : Math.Max(most * ((steps * Step) + End), (steps * Alone) + End);
    }
}
