using Sextant.Kernels;
using Sextant.Runtime;
using Sextant.Tensors;

namespace Sextant.Backends;

// How the ops split into items for a team of threads. A split never changes a bit: every output is one chain.

internal readonly unsafe struct LayerNormJob(KernelSet kernels, LayerNormArguments arguments, int items) : IJob
{
    public void Execute(int item, int worker)
    {
        LayerNormArguments part = arguments;
        int first = (int)((long)arguments.Rows * item / items);
        int end = (int)((long)arguments.Rows * (item + 1) / items);
        part.X += (nint)first * part.Columns;
        part.Y += (nint)first * part.Columns;
        part.Rows = end - first;
        kernels.LayerNorm.Run(part);
    }
}

internal readonly unsafe struct LinearJob : IJob
{
    private readonly Kernel<GemmArguments> _kernel;
    private readonly GemmArguments _arguments;
    private readonly nint _scratchStride;
    private readonly ProductSplit _split;

    public LinearJob(Kernel<GemmArguments> kernel, GemmArguments arguments, nint scratchStride, int threads)
    {
        _kernel = kernel;
        _arguments = arguments;
        _scratchStride = scratchStride;
        _split = new ProductSplit(arguments.Rows, arguments.Weight.PanelCount, threads);
    }

    public int Items => _split.Items;

    public void Execute(int item, int worker)
    {
        GemmArguments part = _arguments;
        (int firstRow, part.Rows, part.FirstPanel, part.EndPanel) = _split.Part(item);
        part.X += firstRow * part.XStride;
        part.Y += firstRow * part.YStride;
        if (part.Residual != null)
            part.Residual += firstRow * part.ResidualStride;
        part.Scratch += worker * _scratchStride;
        _kernel(part);
    }
}

internal readonly unsafe struct AttentionJob(
    Kernel<AttentionArguments> kernel, int* starts, Tensor qkv, AttentionShape shape, PositionBias? bias, Tensor y,
    Tensor scratch) : IJob
{
    private readonly CancellationToken _cancellation = CallCancellation.Token;

    public void Execute(int item, int worker)
    {
        using CallCancellation work = CallCancellation.Enter(_cancellation); // on whatever thread this is
        int sequence = item / shape.Heads;
        int head = item % shape.Heads;
        int size = shape.HeadSize;
        int keyHead = head / (shape.Heads / shape.KeyHeads);
        int start = starts[sequence];
        float* tokens = qkv.Pointer + (nint)start * qkv.Stride;
        var arguments = new AttentionArguments
        {
            Q = tokens + head * size,
            K = tokens + (shape.Heads + keyHead) * size,
            V = tokens + (shape.Heads + shape.KeyHeads + keyHead) * size,
            Stride = qkv.Stride,
            Tokens = starts[sequence + 1] - start,
            HeadSize = size,
            Scale = shape.Scale,
            Before = shape.Before,
            After = shape.After,
            Softcap = shape.Softcap,
            Y = y.Pointer + (nint)start * y.Stride + head * size,
            YStride = y.Stride,
            Scratch = scratch.Pointer + (nint)worker * scratch.Stride,
        };
        if (bias is not null)
        {
            arguments.Reach = bias.Reach;
            if (bias.Bias is { } table)
                arguments.Bias = (float*)table.Address + (nint)head * table.Columns;
            if (bias.Keys is { } keys)
            {
                nint first = (nint)head * size * shape.Positions;
                arguments.Positions = shape.Positions;
                arguments.PositionKeys = (float*)keys.Address + first;
                arguments.PositionQueries = (float*)bias.Queries!.Address + first;
                arguments.PositionRows = (float*)bias.Rows!.Address;
            }
        }
        kernel(arguments);
    }
}
