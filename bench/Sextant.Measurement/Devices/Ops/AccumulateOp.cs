using Sextant.Backends;
using Sextant.Tensors;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>y [T,H] = (y + x) / divisor, in place.</summary>
internal sealed class AccumulateOp : BackendOp
{
    public override string Op => "accumulate";

    public override string Method => nameof(Backend.Accumulate);

    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[32, 384]] : [[128, 384], [4096, 384]];

    public override BackendCase Create(int[] shape, string variant) => new Case(shape[0], shape[1]);

    private sealed class Case(int rows, int columns) : BackendCase
    {
        private const float Divisor = 3f;
        private readonly HostRows _x = new(rows, columns, 1);
        private readonly HostRows _y = new(rows, columns, 2);

        public override double Flops => 2.0 * rows * columns;

        public override double Bytes => 12.0 * rows * columns;

        public override long TensorElements => 2L * rows * columns;

        public override long ElementsInPlace => (long)rows * columns;

        public override Action Place(Placement to)
        {
            Tensor x = to.Tensor(_x);
            to.InPlace(_y);
            return () => to.Backend.Accumulate(x, Divisor, to.Turn);
        }

        public override double Exact(int index) => ((double)_y.Values[index] + _x.Values[index]) / Divisor;
    }
}
