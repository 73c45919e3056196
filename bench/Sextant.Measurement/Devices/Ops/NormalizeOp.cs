using Sextant.Backends;
using Sextant.Measurement.Cases;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>Scaling the rows of x [T,H] to length one, in place.</summary>
internal sealed class NormalizeOp : BackendOp
{
    public override string Op => "normalize";

    public override string Method => nameof(Backend.Normalize);

    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[32, 384]] : [[1, 384], [32, 384], [4096, 384]];

    public override BackendCase Create(int[] shape, string variant) => new Case(shape[0], shape[1]);

    private sealed class Case(int rows, int columns) : BackendCase
    {
        private readonly HostRows _x = new(rows, columns, 1);

        public override double Flops => 3.0 * rows * columns;

        public override double Bytes => 8.0 * rows * columns;

        public override long TensorElements => ElementsInPlace;

        public override long ElementsInPlace => (long)rows * columns;

        public override Action Place(Placement to)
        {
            to.InPlace(_x);
            return () => to.Backend.Normalize(to.Turn);
        }

        public override double Exact(int index) => Formulas.Normalize(_x.Row(index / columns), index % columns);
    }
}
