namespace Sextant.Gpu;

/// <summary>How a product of fast mode is cut: a group of items has this piece of the result for its own.</summary>
/// <param name="Kernel">The kernel for f16; the next one is that for bf16.</param>
/// <param name="Rows">Rows of a tile.</param>
/// <param name="Columns">Columns of a tile.</param>
/// <param name="Items">Items of a group.</param>
internal readonly record struct ProductTile(GpuKernel Kernel, int Rows, int Columns, int Items)
{
    private static readonly ProductTile[] s_warps =
    [
        new(GpuKernel.Gemm128FastF16, 128, 128, 256), new(GpuKernel.Gemm64FastF16, 64, 64, 128),
        new(GpuKernel.Gemm32FastF16, 32, 32, 128),
    ];

    private static readonly ProductTile[] s_warpgroups =
    [
        new(GpuKernel.GemmWide256FastF16, 128, 256, 256), new(GpuKernel.GemmWide128FastF16, 128, 128, 256),
        new(GpuKernel.GemmWide32FastF16, 64, 32, 128),
    ];

    /// <summary>
    /// All there are, the largest first, of one kind of products: of warps or, wide, of warpgroups. Those of a kind
    /// give the same bits; those of the other kind need not, so that a model's products are all of one.
    /// </summary>
    public static ReadOnlySpan<ProductTile> All(bool wide) => wide ? s_warpgroups : s_warps;

    /// <summary>The largest tile that fills the device, else the smallest.</summary>
    /// <param name="rows">Rows of the result.</param>
    /// <param name="outputs">Its columns.</param>
    /// <param name="units">Units of the device that work at the same time.</param>
    /// <param name="wide">Whether the products are those of warpgroups.</param>
    public static ProductTile Choose(int rows, int outputs, int units, bool wide)
    {
        ReadOnlySpan<ProductTile> all = All(wide);
        foreach (ProductTile tile in all)
        {
            if (rows >= tile.Rows && tile.Groups(rows, outputs) >= units)
                return tile;
        }
        return all[^1];
    }

    /// <summary>Groups that a result takes.</summary>
    public long Groups(int rows, int outputs) =>
        GpuRowOps.Groups(rows, Rows) * GpuRowOps.Groups(outputs, Columns);
}
