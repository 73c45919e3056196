using Sextant.Kernels;
using Sextant.Runtime;

namespace Sextant.Backends;

// How the ops in bytes split into items for a team of threads.

internal readonly unsafe struct QuantizeJob(KernelSet kernels, QuantizeArguments arguments, int items) : IJob
{
    public void Execute(int item, int worker)
    {
        QuantizeArguments part = arguments;
        (int first, part.Rows) = RowPart.Of(arguments.Rows, item, items);
        part.X += first * part.XStride;
        part.Q += first * part.QStride;
        part.Scales += first;
        part.Offsets += first;
        kernels.Quantize.Run(part);
    }
}

internal readonly unsafe struct LinearInt8Job : IJob
{
    private readonly KernelSet _kernels;
    private readonly GemmInt8Arguments _arguments;
    private readonly nint _scratchStride;
    private readonly ProductSplit _split;

    public LinearInt8Job(KernelSet kernels, GemmInt8Arguments arguments, nint scratchStride, int threads)
    {
        _kernels = kernels;
        _arguments = arguments;
        _scratchStride = scratchStride;
        _split = new ProductSplit(arguments.Rows, arguments.Weight.PanelCount, threads);
    }

    public int Items => _split.Items;

    public void Execute(int item, int worker)
    {
        GemmInt8Arguments part = _arguments;
        (int firstRow, part.Rows, part.FirstPanel, part.EndPanel) = _split.Part(item);
        part.Q += firstRow * part.QStride;
        part.Scales += firstRow;
        part.Offsets += firstRow;
        part.Y += firstRow * part.YStride;
        if (part.Residual != null)
            part.Residual += firstRow * part.ResidualStride;
        part.Scratch += worker * _scratchStride;
        _kernels.GemmInt8.Run(part);
    }
}

internal readonly unsafe struct PackInt8Job(PackedMatrix exact, float* factors, PackedInt8Matrix packed) : IJob
{
    public void Execute(int item, int worker) => Int8Packing.Pack(exact, factors, packed, item);
}
