using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Pooling of x [n,H] to y [H].</summary>
internal sealed class PoolCases() : OpCases<Kernel<PoolArguments>>(PoolKernels.Table)
{
    public override string ShapeForm => "n,H";

    public override IReadOnlyList<string> Variants => ["mean", "max", "weightedmean"];

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[128, 384]] : [[32, 384], [128, 384], [512, 768]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1], Kind(variant));

    /// <summary>The pooling of a variant.</summary>
    public static PoolKind Kind(string variant) => variant switch
    {
        "max" => PoolKind.Max,
        "weightedmean" => PoolKind.WeightedMean,
        _ => PoolKind.Mean,
    };

    private sealed unsafe class Case : KernelCase
    {
        private readonly Kernel<PoolArguments> _kernel;
        private readonly Kernel<PoolArguments> _reference;
        private readonly PoolArguments _arguments;

        public Case(Kernel<PoolArguments> kernel, Kernel<PoolArguments> reference, int rows, int columns, PoolKind kind)
        {
            (_kernel, _reference) = (kernel, reference);
            _arguments = new PoolArguments
            {
                Kind = kind,
                X = Floats((long)rows * columns, 1),
                Rows = rows,
                Columns = columns,
                Y = Floats(columns, 2),
            };
        }

        public override double Flops =>
            (_arguments.Kind == PoolKind.WeightedMean ? 2.0 : 1.0) * _arguments.Rows * _arguments.Columns;

        public override double Bytes => 4.0 * (_arguments.Rows + 1) * _arguments.Columns;

        protected override Span<int> Output => new(_arguments.Y, _arguments.Columns);

        public override void Run() => _kernel(_arguments);

        protected override int RunReference(bool whole)
        {
            _reference(_arguments);
            return Output.Length;
        }

        protected override double Exact(int index) => Formulas.Pool(
            _arguments.Kind, new(_arguments.X, _arguments.Rows * _arguments.Columns), _arguments.Columns, index);
    }
}
