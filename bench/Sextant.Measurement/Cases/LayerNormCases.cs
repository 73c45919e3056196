using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>LayerNorm of x [T,H].</summary>
internal sealed class LayerNormCases() : OpCases<Kernel<LayerNormArguments>>(LayerNormKernels.Table)
{
    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[32, 384]] : [[8, 384], [32, 384], [128, 384], [128, 768], [128, 1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1]);

    private sealed unsafe class Case : NormCase<LayerNormArguments>
    {
        private const float Epsilon = 1e-12f;
        private readonly float* _beta;

        public Case(Kernel<LayerNormArguments> kernel, Kernel<LayerNormArguments> reference, int rows, int columns)
            : base(kernel, reference, rows, columns)
        {
            _beta = Floats(columns, 4);
            Arguments = new LayerNormArguments
            {
                X = X,
                Y = Y,
                Rows = rows,
                Columns = columns,
                Gamma = Gamma,
                Beta = _beta,
                Epsilon = Epsilon,
            };
        }

        // Sum, difference twice, square and sum, product, fma.
        public override double Flops => 8.0 * Rows * Columns;

        protected override int Vectors => 2;

        protected override double Exact(int index) => Formulas.LayerNorm(
            RowOf(index), new(Gamma, Columns), new(_beta, Columns), Epsilon, index % Columns);
    }
}
