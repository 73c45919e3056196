using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>RMSNorm of x [T,H], one group a row.</summary>
internal sealed class RmsNormCases() : OpCases<Kernel<RmsNormArguments>>(RmsNormKernels.Table)
{
    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[32, 1024]] : [[8, 1024], [32, 1024], [128, 1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1]);

    private sealed unsafe class Case : NormCase<RmsNormArguments>
    {
        private const float Epsilon = 1e-6f;

        public Case(Kernel<RmsNormArguments> kernel, Kernel<RmsNormArguments> reference, int rows, int columns)
            : base(kernel, reference, rows, columns)
        {
            Arguments = new RmsNormArguments
            {
                X = X,
                XStride = columns,
                Y = Y,
                YStride = columns,
                Rows = rows,
                Groups = 1,
                Columns = columns,
                Gamma = Gamma,
                Epsilon = Epsilon,
            };
        }

        // Sum of squares, two products.
        public override double Flops => 4.0 * Rows * Columns;

        protected override int Vectors => 1;

        protected override double Exact(int index) =>
            Formulas.RmsNorm(RowOf(index), new(Gamma, Columns), Epsilon, index % Columns);
    }
}
