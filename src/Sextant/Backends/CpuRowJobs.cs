using Sextant.Kernels;
using Sextant.Runtime;

namespace Sextant.Backends;

// Ops that treat each row alone, split by rows.

internal readonly unsafe struct RmsNormJob(KernelSet kernels, RmsNormArguments arguments, int items) : IJob
{
    public void Execute(int item, int worker)
    {
        RmsNormArguments part = arguments;
        (int first, part.Rows) = RowPart.Of(arguments.Rows, item, items);
        part.X += first * part.XStride;
        part.Y += first * part.YStride;
        if (part.Residual != null)
            part.Residual += first * part.ResidualStride;
        kernels.RmsNorm.Run(part);
    }
}

internal readonly unsafe struct RopeJob(KernelSet kernels, RopeArguments arguments, int items) : IJob
{
    public void Execute(int item, int worker)
    {
        RopeArguments part = arguments;
        (int first, part.Rows) = RowPart.Of(arguments.Rows, item, items);
        part.X += first * part.Stride;
        part.Positions += first;
        kernels.Rope.Run(part);
    }
}

internal readonly unsafe struct GateJob(KernelSet kernels, GateArguments arguments, int items) : IJob
{
    public void Execute(int item, int worker)
    {
        GateArguments part = arguments;
        (int first, part.Rows) = RowPart.Of(arguments.Rows, item, items);
        part.X += first * part.Stride;
        kernels.Gate.Run(part);
    }
}

internal static class RowPart
{
    /// <summary>The first row of an item, and how many rows it has.</summary>
    public static (int First, int Rows) Of(int rows, int item, int items)
    {
        int first = (int)((long)rows * item / items);
        return (first, (int)((long)rows * (item + 1) / items) - first);
    }
}
