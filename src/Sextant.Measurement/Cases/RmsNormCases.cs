using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>RMSNorm of x [T,H], one group a row.</summary>
internal sealed class RmsNormCases : OpCases
{
    public override string Op => "rmsnorm";

    public override IReadOnlyList<(Isa Isa, string Name)> Kernels => Names(KernelTable.RmsNorm);

    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[32, 1024]] : [[8, 1024], [32, 1024], [128, 1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Find(KernelTable.RmsNorm, isa), Find(KernelTable.RmsNorm, Isa.Reference), shape[0], shape[1]);

    private sealed unsafe class Case : KernelCase
    {
        private const float Epsilon = 1e-6f;
        private readonly Kernel<RmsNormArguments> _kernel;
        private readonly Kernel<RmsNormArguments> _reference;
        private readonly RmsNormArguments _arguments;

        public Case(Kernel<RmsNormArguments> kernel, Kernel<RmsNormArguments> reference, int rows, int columns)
        {
            (_kernel, _reference) = (kernel, reference);
            _arguments = new RmsNormArguments
            {
                X = Floats((long)rows * columns, 1),
                XStride = columns,
                Y = Floats((long)rows * columns, 2),
                YStride = columns,
                Rows = rows,
                Groups = 1,
                Columns = columns,
                Gamma = Floats(columns, 3),
                Epsilon = Epsilon,
            };
        }

        // Sum of squares, two products.
        public override double Flops => 4.0 * _arguments.Rows * _arguments.Columns;

        public override double Bytes => 8.0 * (_arguments.Rows + 0.5) * _arguments.Columns;

        protected override Span<int> Output => new(_arguments.Y, _arguments.Rows * _arguments.Columns);

        public override void Run() => _kernel(_arguments);

        protected override int RunReference(bool whole)
        {
            _reference(_arguments);
            return Output.Length;
        }

        protected override double Exact(int index)
        {
            int n = _arguments.Columns;
            float* x = _arguments.X + index / n * (long)n;
            double squares = 0;
            for (int i = 0; i < n; i++)
                squares += (double)x[i] * x[i];
            return x[index % n] / Math.Sqrt(squares / n + Epsilon) * _arguments.Gamma[index % n];
        }
    }
}
