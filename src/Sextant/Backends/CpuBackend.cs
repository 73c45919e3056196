using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Runtime;
using Sextant.Tensors;

namespace Sextant.Backends;

/// <summary>The ops on this machine's processor, by one set of kernels and one team of threads.</summary>
internal unsafe class CpuBackend(KernelSet kernels, ThreadTeam team, bool ownsTeam) : Backend
{
    // A smaller piece of work is not worth a second thread: about 10 µs of one.
    private const double SplitFlops = 1e6;
    private const int SplitElements = 32 * 1024;

    /// <summary>Where the weights are.</summary>
    protected CpuWeights Weights { get; } = new();

    /// <summary>The kernel of <see cref="Linear"/>.</summary>
    protected virtual Kernel<GemmArguments> Product => kernels.Gemm.Run;

    /// <summary>The kernel of <see cref="Attend"/>.</summary>
    protected virtual Kernel<AttentionArguments> Attention => kernels.Attention.Run;

    public override string Name => $"CPU ({InstructionSets.Name(kernels.Isa)}, {team.Threads} threads)";

    // Enough rows to hide the reading of the weights, few enough that activations stay in the cache: one MiniLM-shaped
    // core did 32×128 tokens at 82, 88, 89 and 90 % of its FMA peak with 1024, 512, 256 and 128 tokens a batch.
    public override int TokensPerBatch => 256 * Math.Max(1, team.Threads / 2);

    public override int LargestHead => int.MaxValue;

    public override long WeightBytes => Weights.Bytes;

    public override void Reserve(long bytes) => Weights.Reserve(bytes);

    public override long SizeOfMatrix(IRowSource rows) => CpuWeights.SizeOfMatrix(rows);

    public override Matrix LoadMatrix(IRowSource rows, IRowSource? bias) => Weights.LoadMatrix(rows, bias);

    public override Table LoadTable(IRowSource rows, bool keep16) => Weights.LoadTable(rows, keep16);

    public override Workspace CreateWorkspace() => new CpuWorkspace();

    public override long ScratchBytes(ScratchNeeds needs) => Workspace.SizeOf(team.Threads, ScratchColumns(needs));

    public override Tensor TakeScratch(Workspace workspace, ScratchNeeds needs) =>
        workspace.Take(team.Threads, ScratchColumns(needs));

    /// <summary>Elements of one worker's scratch.</summary>
    protected virtual int ScratchColumns(ScratchNeeds needs)
    {
        int attention = AttentionArguments.ScratchLength(needs.LongestSequence, needs.HeadSize, needs.Positions);
        return (Math.Max(attention, GemmArguments.ScratchLength(needs.LargestInputs)) + 15) & ~15;
    }

    public override void Gather(
        PackedBatch batch, Table words, float scale, Table? types, Table? positions, Tensor y)
    {
        fixed (int* ids = batch.Ids, typeIds = batch.TypeIds, position = batch.Positions)
        {
            kernels.Gather.Run(new GatherArguments
            {
                Ids = ids,
                TypeIds = typeIds,
                Positions = position,
                Rows = batch.Tokens,
                Columns = y.Columns,
                Words = (byte*)words.Address,
                WordType = words.Type,
                WordScales = (float*)words.Scales,
                Scale = scale,
                Types = types is null ? null : (float*)types.Address,
                PositionTable = positions is null ? null : (float*)positions.Address,
                Y = y.Pointer,
            });
        }
    }

    public override void LayerNorm(Tensor x, Table gamma, Table beta, float epsilon, Tensor y)
    {
        var arguments = new LayerNormArguments
        {
            X = x.Pointer,
            Y = y.Pointer,
            Rows = x.Rows,
            Columns = x.Columns,
            Gamma = (float*)gamma.Address,
            Beta = (float*)beta.Address,
            Epsilon = epsilon,
        };
        int items = RowItems(x);
        team.Run(new LayerNormJob(kernels, arguments, items), items, CallCancellation.Token);
    }

    public override void RmsNorm(Tensor x, Table gamma, float epsilon, Tensor residual, Tensor y)
    {
        var arguments = new RmsNormArguments
        {
            X = x.Pointer,
            XStride = x.Stride,
            Residual = residual.IsNone ? null : residual.Pointer,
            ResidualStride = residual.Stride,
            Y = y.Pointer,
            YStride = y.Stride,
            Rows = x.Rows,
            Groups = x.Columns / gamma.Columns,
            Columns = gamma.Columns,
            Gamma = (float*)gamma.Address,
            Epsilon = epsilon,
        };
        int items = RowItems(x);
        team.Run(new RmsNormJob(kernels, arguments, items), items, CallCancellation.Token);
    }

    public override void Rope(PackedBatch batch, Tensor x, int headSize, Table table)
    {
        fixed (int* positions = batch.Positions)
        {
            var arguments = new RopeArguments
            {
                X = x.Pointer,
                Stride = x.Stride,
                Rows = x.Rows,
                Heads = x.Columns / headSize,
                HeadSize = headSize,
                Rotated = table.Columns,
                Positions = positions,
                Table = (float*)table.Address,
            };
            int items = RowItems(x);
            team.Run(new RopeJob(kernels, arguments, items), items, CallCancellation.Token);
        }
    }

    public override void Gate(Tensor x, ActivationKind activation)
    {
        var arguments = new GateArguments
        {
            Kind = activation,
            X = x.Pointer,
            Stride = x.Stride,
            Rows = x.Rows,
            Columns = x.Columns / 2,
        };
        int items = RowItems(x);
        team.Run(new GateJob(kernels, arguments, items), items, CallCancellation.Token);
    }

    public override void Linear(
        Tensor x, Matrix weight, ActivationKind activation, Tensor residual, Tensor y, Tensor scratch)
    {
        var arguments = new GemmArguments
        {
            X = x.Pointer,
            XStride = x.Stride,
            Rows = x.Rows,
            Weight = ((CpuMatrix)weight).Packed,
            Activation = activation,
            Residual = residual.IsNone ? null : residual.Pointer,
            ResidualStride = residual.Stride,
            Y = y.Pointer,
            YStride = y.Stride,
            Scratch = scratch.Pointer,
        };
        bool together = team.Threads > 1 && 2.0 * x.Rows * weight.Inputs * weight.Outputs >= SplitFlops;
        var job = new LinearJob(Product, arguments, scratch.Stride, together ? team.Threads : 1);
        team.Run(job, job.Items, CallCancellation.Token);
    }

    public override void Attend(
        PackedBatch batch, Tensor qkv, in AttentionShape shape, PositionBias? bias, Tensor y, Tensor scratch)
    {
        fixed (int* starts = batch.Starts)
        {
            var job = new AttentionJob(Attention, starts, qkv, shape, bias, y, scratch);
            int items = batch.Sequences * shape.Heads;
            double flops = 4.0 * batch.Tokens * batch.Tokens / batch.Sequences * y.Columns;
            if (flops >= SplitFlops)
            {
                team.Run(job, items, CallCancellation.Token);
            }
            else
            {
                for (int item = 0; item < items; item++)
                    job.Execute(item, 0);
            }
        }
    }

    public override void Pool(PackedBatch batch, Tensor x, PoolKind kind, bool skipPrompt, Tensor y)
    {
        for (int s = 0; s < batch.Sequences; s++)
        {
            kernels.Pool.Run(new PoolArguments
            {
                Kind = kind,
                X = x.Pointer + (nint)batch.Starts[s] * x.Stride,
                Rows = batch.Starts[s + 1] - batch.Starts[s],
                Columns = x.Columns,
                Skip = skipPrompt ? batch.Skips[s] : 0,
                Y = y.Pointer + (nint)s * y.Stride,
            });
        }
    }

    public override void Accumulate(Tensor x, float divisor, Tensor y)
    {
        float* from = x.Pointer;
        float* to = y.Pointer;
        nint count = (nint)x.Rows * x.Columns;
        for (nint i = 0; i < count; i++)
            to[i] = (to[i] + from[i]) / divisor;
    }

    public override void Copy(Tensor x, Tensor y)
    {
        long bytes = (long)x.Columns * sizeof(float);
        for (int row = 0; row < x.Rows; row++)
            Buffer.MemoryCopy(x.Pointer + (nint)row * x.Stride, y.Pointer + (nint)row * y.Stride, bytes, bytes);
    }

    public override void Normalize(Tensor x)
    {
        for (int row = 0; row < x.Rows; row++)
            kernels.Normalize.Run(x.Pointer + (nint)row * x.Stride, x.Columns);
    }

    public override void Download(Tensor x, Span<float> destination)
    {
        for (int row = 0; row < x.Rows; row++)
            new Span<float>(x.Pointer + (nint)row * x.Stride, x.Columns).CopyTo(destination[(row * x.Columns)..]);
    }

    // Items that an op on rows is split into.
    private int RowItems(Tensor x) =>
        (long)x.Rows * x.Columns < SplitElements ? 1 : Math.Min(x.Rows, 4 * team.Threads);

    public override void Dispose()
    {
        Weights.Dispose();
        if (ownsTeam)
            team.Dispose();
    }
}
