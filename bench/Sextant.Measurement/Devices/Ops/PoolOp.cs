using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Measurement.Cases;
using Sextant.Tensors;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>Pooling of S sequences of n tokens with H columns.</summary>
internal sealed class PoolOp : BackendOp
{
    public override string Op => "pool";

    public override string Method => nameof(Backend.Pool);

    public override string ShapeForm => "S,n,H";

    public override IReadOnlyList<string> Variants => ["mean", "max", "weightedmean"];

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[4, 128, 384]] : [[1, 128, 384], [32, 128, 384], [8, 512, 768]];

    public override BackendCase Create(int[] shape, string variant) =>
        new Case(shape[0], shape[1], shape[2], PoolCases.Kind(variant));

    private sealed class Case(int sequences, int tokens, int columns, PoolKind kind) : BackendCase
    {
        private readonly HostRows _x = new(sequences * tokens, columns, 1);

        public override double Flops => (kind == PoolKind.WeightedMean ? 2.0 : 1.0) * sequences * tokens * columns;

        public override double Bytes => 4.0 * sequences * (tokens + 1) * columns;

        public override long TensorElements => (long)sequences * (tokens + 1) * columns;

        public override Action Place(Placement to)
        {
            PackedBatch batch = Placement.Batch(sequences, tokens, 100);
            Tensor x = to.Tensor(_x), y = to.Result(sequences, columns);
            return () => to.Backend.Pool(batch, x, kind, false, y);
        }

        public override double Exact(int index) => Formulas.Pool(
            kind, _x.Values.Slice(index / columns * tokens * columns, tokens * columns), columns, index % columns);
    }
}
