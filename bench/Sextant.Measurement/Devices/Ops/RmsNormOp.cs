using Sextant.Backends;
using Sextant.Measurement.Cases;
using Sextant.Tensors;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>RMSNorm of x [T,H], one group a row, and a residual.</summary>
internal sealed class RmsNormOp : BackendOp
{
    public override string Op => "rmsnorm";

    public override string Method => nameof(Backend.RmsNorm);

    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[32, 1024]] : [[8, 1024], [128, 1024], [4096, 1024]];

    public override BackendCase Create(int[] shape, string variant) => new Case(shape[0], shape[1]);

    private sealed class Case(int rows, int columns) : BackendCase
    {
        private const float Epsilon = 1e-6f;
        private readonly HostRows _x = new(rows, columns, 1);
        private readonly HostRows _residual = new(rows, columns, 2);
        private readonly HostRows _gamma = new(1, columns, 3);

        // Sum of squares, two products, a sum.
        public override double Flops => 5.0 * rows * columns;

        public override double Bytes => 4.0 * (3 * rows + 1) * columns;

        public override long TensorElements => 3L * rows * columns;

        public override Action Place(Placement to)
        {
            Tensor x = to.Tensor(_x), residual = to.Tensor(_residual), y = to.Result(rows, columns);
            Table gamma = to.Table(_gamma);
            return () => to.Backend.RmsNorm(x, gamma, Epsilon, residual, y);
        }

        public override double Exact(int index) =>
            Formulas.RmsNorm(_x.Row(index / columns), _gamma.Values, Epsilon, index % columns)
                + _residual.Values[index];
    }
}
