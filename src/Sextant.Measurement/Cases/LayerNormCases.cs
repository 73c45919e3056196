using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>LayerNorm of x [T,H].</summary>
internal sealed class LayerNormCases : OpCases
{
    public override string Op => "layernorm";

    public override IReadOnlyList<(Isa Isa, string Name)> Kernels => Names(KernelTable.LayerNorm);

    public override string ShapeForm => "T,H";

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[32, 384]] : [[8, 384], [32, 384], [128, 384], [128, 768], [128, 1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Find(KernelTable.LayerNorm, isa), Find(KernelTable.LayerNorm, Isa.Reference), shape[0], shape[1]);

    private sealed unsafe class Case : KernelCase
    {
        private const float Epsilon = 1e-12f;
        private readonly Kernel<LayerNormArguments> _kernel;
        private readonly Kernel<LayerNormArguments> _reference;
        private readonly LayerNormArguments _arguments;

        public Case(Kernel<LayerNormArguments> kernel, Kernel<LayerNormArguments> reference, int rows, int columns)
        {
            (_kernel, _reference) = (kernel, reference);
            _arguments = new LayerNormArguments
            {
                X = Floats((long)rows * columns, 1),
                Y = Floats((long)rows * columns, 2),
                Rows = rows,
                Columns = columns,
                Gamma = Floats(columns, 3),
                Beta = Floats(columns, 4),
                Epsilon = Epsilon,
            };
        }

        // Sum, difference twice, square and sum, product, fma.
        public override double Flops => 8.0 * _arguments.Rows * _arguments.Columns;

        public override double Bytes => 8.0 * (_arguments.Rows + 1) * _arguments.Columns;

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
            double mean = 0, variance = 0;
            for (int i = 0; i < n; i++)
                mean += x[i];
            mean /= n;
            for (int i = 0; i < n; i++)
                variance += (x[i] - mean) * (x[i] - mean);
            double scaled = (x[index % n] - mean) / Math.Sqrt(variance / n + Epsilon);
            return scaled * _arguments.Gamma[index % n] + _arguments.Beta[index % n];
        }
    }
}
