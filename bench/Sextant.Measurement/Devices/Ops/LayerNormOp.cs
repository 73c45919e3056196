using Sextant.Backends;
using Sextant.Measurement.Cases;
using Sextant.Tensors;

namespace Sextant.Measurement.Devices.Ops;

/// <summary>LayerNorm of x [T,H].</summary>
internal sealed class LayerNormOp : BackendOp
{
    public override string Op => "layernorm";

    public override string Method => nameof(Backend.LayerNorm);

    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[32, 384]] : [[8, 384], [128, 384], [4096, 384], [4096, 1024]];

    public override BackendCase Create(int[] shape, string variant) => new Case(shape[0], shape[1]);

    private sealed class Case(int rows, int columns) : BackendCase
    {
        private const float Epsilon = 1e-12f;
        private readonly HostRows _x = new(rows, columns, 1);
        private readonly HostRows _gamma = new(columns, 1, 2);
        private readonly HostRows _beta = new(columns, 1, 3);

        // Sum, difference twice, square and sum, product, fma.
        public override double Flops => 8.0 * rows * columns;

        public override double Bytes => 8.0 * (rows + 1) * columns;

        public override long TensorElements => 2L * rows * columns;

        public override Action Place(Placement to)
        {
            Tensor x = to.Tensor(_x), y = to.Result(rows, columns);
            Table gamma = to.Table(_gamma), beta = to.Table(_beta);
            return () => to.Backend.LayerNorm(x, gamma, beta, Epsilon, y);
        }

        public override double Exact(int index) =>
            Formulas.LayerNorm(_x.Row(index / columns), _gamma.Values, _beta.Values, Epsilon, index % columns);
    }
}
