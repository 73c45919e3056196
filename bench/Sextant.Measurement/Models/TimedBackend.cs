using System.Diagnostics;
using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Measurement.Models;

/// <summary>What one op of a backend came to since the last reset.</summary>
internal sealed class OpTime
{
    /// <summary>Stopwatch ticks.</summary>
    public long Ticks { get; set; }

    public long Calls { get; set; }

    /// <summary>Operations of the matrix products and the attention, an fma counting two.</summary>
    public double Flops { get; set; }

    /// <summary>Bytes of weights that were read.</summary>
    public double WeightBytes { get; set; }
}

/// <summary>A device whose backends say where the time goes.</summary>
/// <param name="inner">What computes.</param>
internal sealed class TimedDevice(Device inner) : Device(inner.Name)
{
    /// <summary>By the backend's method, in the order of the first call.</summary>
    public Dictionary<string, OpTime> Ops { get; } = [];

    public override bool Supports(Precision precision) => inner.Supports(precision);

    internal override Backend CreateBackend(Precision precision, int? threads) =>
        new TimedBackend(inner.CreateBackend(precision, threads), Ops, waits: inner is not CpuDevice);

    /// <summary>Forgets what was counted.</summary>
    public void Reset() => Ops.Clear();
}

/// <summary>Hands every op to another backend and counts its time, its operations and the weights it reads.</summary>
/// <remarks>
/// For one call at a time. A device that queues its work is asked to finish after each op, so that the time is the
/// op's; the sum is then more than the same pass takes without being watched.
/// </remarks>
internal sealed class TimedBackend(Backend inner, Dictionary<string, OpTime> ops, bool waits) : Backend
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
        Finish(y);
        Count("gather", start, 0, 0);
    }

    public override void LayerNorm(Tensor x, Table gamma, Table beta, float epsilon, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.LayerNorm(x, gamma, beta, epsilon, y);
        Finish(y);
        Count("layernorm", start, 0, 0);
    }

    public override void RmsNorm(Tensor x, Table gamma, float epsilon, Tensor residual, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.RmsNorm(x, gamma, epsilon, residual, y);
        Finish(y);
        Count("rmsnorm", start, 0, 0);
    }

    public override void Rope(PackedBatch batch, Tensor x, int headSize, Table table)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Rope(batch, x, headSize, table);
        Finish(x);
        Count("rope", start, 0, 0);
    }

    public override void Gate(Tensor x, ActivationKind activation)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Gate(x, activation);
        Finish(x);
        Count("gate", start, 0, 0);
    }

    public override void Linear(
        Tensor x, Matrix weight, ActivationKind activation, Tensor residual, Tensor y, Tensor scratch)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Linear(x, weight, activation, residual, y, scratch);
        Finish(y);
        double products = (double)weight.Outputs * weight.Inputs;
        Count("linear", start, 2.0 * x.Rows * products, products * PackedMatrix.ElementSize(weight.Type));
    }

    public override void Attend(
        PackedBatch batch, Tensor qkv, in AttentionShape shape, PositionBias? bias, Tensor y, Tensor scratch)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Attend(batch, qkv, shape, bias, y, scratch);
        Finish(y);
        double flops = 0;
        for (int s = 0; s < batch.Sequences; s++)
        {
            int tokens = batch.Starts[s + 1] - batch.Starts[s];
            flops += 4.0 * Visible(tokens, shape) * shape.HeadSize * shape.Heads;
        }
        Count("attention", start, flops, 0);
    }

    public override void Pool(PackedBatch batch, Tensor x, PoolKind kind, bool skipPrompt, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Pool(batch, x, kind, skipPrompt, y);
        Finish(y);
        Count("pool", start, 0, 0);
    }

    public override void Accumulate(Tensor x, float divisor, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Accumulate(x, divisor, y);
        Finish(y);
        Count("accumulate", start, 0, 0);
    }

    public override void Copy(Tensor x, Tensor y)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Copy(x, y);
        Finish(y);
        Count("copy", start, 0, 0);
    }

    public override void Normalize(Tensor x)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Normalize(x);
        Finish(x);
        Count("normalize", start, 0, 0);
    }

    public override void Download(Tensor x, Span<float> destination)
    {
        long start = Stopwatch.GetTimestamp();
        inner.Download(x, destination);
        Count("download", start, 0, 0);
    }

    public override void Dispose() => inner.Dispose();

    // Pairs of a query and a key that it sees.
    private static double Visible(int tokens, in AttentionShape shape)
    {
        double pairs = 0;
        for (int i = 0; i < tokens; i++)
            pairs += Math.Min(i, shape.Before) + 1 + Math.Min(tokens - 1 - i, shape.After);
        return pairs;
    }

    // Asks for one element: a device that queues its work then has finished it.
    private void Finish(Tensor y)
    {
        if (waits)
            inner.Download(new Tensor(y.Address, 1, 1, 1), _element);
    }

    private void Count(string op, long start, double flops, double weightBytes)
    {
        long ticks = Stopwatch.GetTimestamp() - start;
        if (!ops.TryGetValue(op, out OpTime? time))
            ops.Add(op, time = new OpTime());
        time.Ticks += ticks;
        time.Calls++;
        time.Flops += flops;
        time.WeightBytes += weightBytes;
    }
}
