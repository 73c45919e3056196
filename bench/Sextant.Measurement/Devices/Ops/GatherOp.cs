using Sextant.Backends;
using Sextant.Batches;
using Sextant.Tensors;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>Embedding sums of T tokens with H columns, words from a table of V rows.</summary>
internal sealed class GatherOp : BackendOp
{
    public override string Op => "gather";

    public override string Method => nameof(Backend.Gather);

    public override string ShapeForm => "T,V,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick
        ? [[32, 30522, 384]] : [[8, 30522, 384], [128, 30522, 384], [4096, 30522, 384], [4096, 30522, 768]];

    public override BackendCase Create(int[] shape, string variant) => new Case(shape[0], shape[1], shape[2]);

    private sealed class Case(int tokens, int vocabulary, int columns) : BackendCase
    {
        private readonly HostRows _words = new(vocabulary, columns, 1);
        private readonly HostRows _types = new(2, columns, 2);
        private readonly HostRows _positions = new(tokens, columns, 3);
        private readonly PackedBatch _batch = Placement.Batch(1, tokens, vocabulary, typeIds: 2);

        public override double Flops => 2.0 * tokens * columns;

        // A word's row and a position's row are read, a row is written.
        public override double Bytes => 12.0 * tokens * columns;

        public override long TensorElements => (long)tokens * columns;

        public override Action Place(Placement to)
        {
            Table words = to.Table(_words), types = to.Table(_types), positions = to.Table(_positions);
            Tensor y = to.Result(tokens, columns);
            return () => to.Backend.Gather(_batch, words, 1f, types, positions, y);
        }

        public override double Exact(int index)
        {
            int token = index / columns, column = index % columns;
            return (double)_words.Row(_batch.Ids[token])[column] + _types.Row(_batch.TypeIds[token])[column]
                + _positions.Row(token)[column];
        }
    }
}
