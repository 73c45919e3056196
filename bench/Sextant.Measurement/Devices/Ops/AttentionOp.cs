using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Measurement.Cases;
using Sextant.Tensors;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>Attention of S sequences of n tokens with N heads of D elements.</summary>
internal sealed class AttentionOp : BackendOp
{
    private const int Window = 64;

    public override string Op => "attention";

    public override string Method => nameof(Backend.Attend);

    public override string ShapeForm => "S,n,N,D";

    public override IReadOnlyList<string> Variants => ["full", "causal", "window"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick
        ? [[1, 32, 12, 32], [4, 128, 12, 32]]
        : [[1, 32, 12, 32], [1, 128, 12, 32], [32, 128, 12, 32], [8, 512, 12, 64], [1, 512, 16, 128]];

    public override BackendCase Create(int[] shape, string variant) => new Case(shape[0], shape[1], new AttentionShape
    {
        Heads = shape[2],
        KeyHeads = shape[2],
        HeadSize = shape[3],
        Scale = 1f / MathF.Sqrt(shape[3]),
        Before = variant == "window" ? Window : AttentionArguments.Everything,
        After = variant switch { "window" => Window, "causal" => 0, _ => AttentionArguments.Everything },
    });

    private sealed class Case(int sequences, int tokens, AttentionShape shape) : BackendCase
    {
        private readonly HostRows _qkv = new(sequences * tokens, shape.Columns, 1);
        private readonly int _columns = shape.Heads * shape.HeadSize;

        public override double Flops =>
            Enumerable.Range(0, tokens).Sum(i => (double)(End(i) - First(i))) * sequences * shape.Heads
            * (4.0 * shape.HeadSize + AttentionCases.SoftmaxFlops);

        public override double Bytes => 16.0 * sequences * tokens * _columns;

        public override bool IsOfTensorCores => true;

        public override double NarrowBytes => (3 * 2.0 + 6.0) * sequences * tokens * _columns;

        public override long TensorElements => 4L * sequences * tokens * _columns;

        public override ScratchNeeds Scratch => new(tokens, shape.HeadSize, 0, 1);

        public override Action Place(Placement to)
        {
            PackedBatch batch = Placement.Batch(sequences, tokens, 100);
            Tensor qkv = to.Tensor(_qkv), y = to.Result(sequences * tokens, _columns);
            return () => to.Backend.Attend(batch, qkv, shape, null, y, to.Scratch);
        }

        public override double Exact(int index)
        {
            int token = index / _columns, head = index % _columns / shape.HeadSize;
            ReadOnlySpan<float> sequence = _qkv.Values[(token / tokens * tokens * shape.Columns)..];
            int i = token % tokens, at = head * shape.HeadSize;
            return Formulas.Attention(
                sequence.Slice(i * shape.Columns + at, shape.HeadSize), sequence[(_columns + at)..],
                sequence[(2 * _columns + at)..], shape.Columns, shape.Scale, First(i), End(i), index % shape.HeadSize);
        }

        private int First(int i) => Math.Max(0, i - shape.Before);

        private int End(int i) => (int)Math.Min(tokens, (long)i + shape.After + 1);
    }
}
