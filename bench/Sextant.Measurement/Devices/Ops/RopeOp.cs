using Sextant.Backends;
using Sextant.Batches;
using Sextant.Measurement.Cases;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>Rotary positions on x [T, N·D], in place.</summary>
internal sealed class RopeOp : BackendOp
{
    public override string Op => "rope";

    public override string Method => nameof(Backend.Rope);

    public override string ShapeForm => "T,N,D";

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[32, 12, 64]] : [[32, 12, 64], [4096, 12, 64], [4096, 16, 128]];

    public override BackendCase Create(int[] shape, string variant) => new Case(shape[0], shape[1], shape[2] & ~1);

    private sealed class Case(int tokens, int heads, int headSize) : BackendCase
    {
        private readonly HostRows _x = new(tokens, heads * headSize, 1);
        private readonly HostRows _table = new(tokens, headSize, 2);

        // A product and an fma for each element.
        public override double Flops => 3.0 * ElementsInPlace;

        public override double Bytes => 8.0 * ElementsInPlace + 4.0 * tokens * headSize;

        public override long TensorElements => ElementsInPlace;

        public override long ElementsInPlace => (long)tokens * heads * headSize;

        public override Action Place(Placement to)
        {
            to.InPlace(_x);
            PackedBatch batch = Placement.Batch(1, tokens, 100);
            Table table = to.Table(_table);
            return () => to.Backend.Rope(batch, to.Turn, headSize, table);
        }

        public override double Exact(int index) => Formulas.Rope(
            _x.Values.Slice(index / headSize * headSize, headSize), _table.Row(index / (heads * headSize)),
            index % headSize);
    }
}
