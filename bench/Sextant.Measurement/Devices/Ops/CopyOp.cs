using Sextant.Backends;
using Sextant.Tensors;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>y [T,H] = x [T,H].</summary>
internal sealed class CopyOp : BackendOp
{
    public override string Op => "copy";

    public override string Method => nameof(Backend.Copy);

    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[32, 384]] : [[128, 384], [4096, 384]];

    public override BackendCase Create(int[] shape, string variant) => new Case(shape[0], shape[1]);

    private sealed class Case(int rows, int columns) : BackendCase
    {
        private readonly HostRows _x = new(rows, columns, 1);

        public override double Flops => 0;

        public override double Bytes => 8.0 * rows * columns;

        public override long TensorElements => 2L * rows * columns;

        public override Action Place(Placement to)
        {
            Tensor x = to.Tensor(_x), y = to.Result(rows, columns);
            return () => to.Backend.Copy(x, y);
        }

        public override double Exact(int index) => _x.Values[index];
    }
}
