using System.Diagnostics;
using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Measurement.Models;

/// <summary>An op that a backend has done.</summary>
/// <param name="Op">The backend's method.</param>
/// <param name="Ticks">Stopwatch ticks.</param>
/// <param name="Flops">Operations of a matrix product or of attention, an fma counting two.</param>
/// <param name="WeightBytes">Bytes of weights that were read.</param>
internal readonly record struct OpCall(string Op, long Ticks, double Flops, double WeightBytes);

/// <summary>Hands every op to another backend and tells an observer of each.</summary>
/// <remarks>
/// For one call at a time. A device that queues its work is asked to finish after each op, so that the time is the
/// op's; the sum is then more than the same pass takes without being watched.
/// </remarks>
internal sealed class ObservedBackend(Backend inner, Action<OpCall> observer, bool waits) : Backend
{
    private readonly float[] _element = new float[1];

    public override string Name => inner.Name;

    public override int TokensPerBatch => inner.TokensPerBatch;

    public override int LargestHead => inner.LargestHead;

    public override long WeightBytes => inner.WeightBytes;

    public override void Reserve(long bytes) => inner.Reserve(bytes);

    public override long SizeOfMatrix(IRowSource rows) => inner.SizeOfMatrix(rows);

    public override Matrix LoadMatrix(IRowSource rows, IRowSource? bias) => inner.LoadMatrix(rows, bias);

    public override Table LoadTable(IRowSource rows, bool keep16) => inner.LoadTable(rows, keep16);

    public override void Settle(Action pass) => inner.Settle(pass);

    public override Workspace CreateWorkspace() => inner.CreateWorkspace();

    public override long ScratchBytes(ScratchNeeds needs) => inner.ScratchBytes(needs);

    public override Tensor TakeScratch(Workspace workspace, ScratchNeeds needs) => inner.TakeScratch(workspace, needs);

    public override void Gather(PackedBatch batch, Table words, float scale, Table? types, Table? positions, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Gather(batch, words, scale, types, positions, y);
        Tell("gather", start, y);
    }

    public override void LayerNorm(Tensor x, Table gamma, Table beta, float epsilon, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.LayerNorm(x, gamma, beta, epsilon, y);
        Tell("layernorm", start, y);
    }

    public override void RmsNorm(Tensor x, Table gamma, float epsilon, Tensor residual, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.RmsNorm(x, gamma, epsilon, residual, y);
        Tell("rmsnorm", start, y);
    }

    public override void Rope(PackedBatch batch, Tensor x, int headSize, Table table)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Rope(batch, x, headSize, table);
        Tell("rope", start, x);
    }

    public override void Gate(Tensor x, ActivationKind activation)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Gate(x, activation);
        Tell("gate", start, x);
    }

    public override void Linear(
        Tensor x, Matrix weight, ActivationKind activation, Tensor residual, Tensor y, Tensor scratch)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Linear(x, weight, activation, residual, y, scratch);
        double products = (double)weight.Outputs * weight.Inputs;
        Tell("linear", start, y, 2.0 * x.Rows * products, products * PackedMatrix.ElementSize(weight.Type));
    }

    public override void FeedForward(
        Tensor x, in FeedForwardWeights weights, Tensor feed, Tensor residual, Tensor y, Tensor scratch)
    {
        long start = Stopwatch.GetTimestamp();
        inner.FeedForward(x, weights, feed, residual, y, scratch);
        double up = (double)weights.Up.Outputs * weights.Up.Inputs;
        double down = (double)weights.Down.Outputs * weights.Down.Inputs;
        Tell(
            "feed-forward", start, y, 2.0 * x.Rows * (up + down),
            up * PackedMatrix.ElementSize(weights.Up.Type) + down * PackedMatrix.ElementSize(weights.Down.Type));
    }

    public override void Attend(
        PackedBatch batch, Tensor qkv, in AttentionShape shape, PositionBias? bias, Tensor y, Tensor scratch)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Attend(batch, qkv, shape, bias, y, scratch);
        Tell("attention", start, y, 4.0 * Visible(batch, shape) * shape.HeadSize * shape.Heads);
    }

    public override void Pool(PackedBatch batch, Tensor x, PoolKind kind, bool skipPrompt, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Pool(batch, x, kind, skipPrompt, y);
        Tell("pool", start, y);
    }

    public override void Accumulate(Tensor x, float divisor, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Accumulate(x, divisor, y);
        Tell("accumulate", start, y);
    }

    public override void Copy(Tensor x, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Copy(x, y);
        Tell("copy", start, y);
    }

    public override void Normalize(Tensor x)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Normalize(x);
        Tell("normalize", start, x);
    }

    public override void Download(Tensor x, Span<float> destination)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Download(x, destination);
        Tell("download", start, default);
    }

    public override void Dispose() => inner.Dispose();

    // Pairs of a query and a key that it sees.
    private static double Visible(PackedBatch batch, in AttentionShape shape)
    {
        double pairs = 0;
        for (int s = 0; s < batch.Sequences; s++)
        {
            int tokens = batch.Starts[s + 1] - batch.Starts[s];
            for (int i = 0; i < tokens; i++)
                pairs += Math.Min(i, shape.Before) + 1 + Math.Min(tokens - 1 - i, shape.After);
        }
        return pairs;
    }

    private void Tell(string op, long start, Tensor written, double flops = 0, double weightBytes = 0)
    {
        // Asks for one element: a device that queues its work then has finished it.
        if (waits && !written.IsNone)
            inner.Download(new Tensor(written.Address, 1, 1, 1), _element);
        observer(new OpCall(op, Stopwatch.GetTimestamp() - start, flops, weightBytes));
    }
}
