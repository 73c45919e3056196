using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Gated activations: the first F columns of x [T,2F] become kind(first) · last, in place.</summary>
internal sealed class GateCases() : OpCases<Kernel<GateArguments>>(GateKernels.Table)
{
    public override string ShapeForm => "T,F";

    public override IReadOnlyList<string> Variants => ["silu", "gelu"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[8, 3072]] : [[8, 3072], [32, 3072]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1],
        ActivationCases.Kind(variant));

    private sealed unsafe class Case(
        Kernel<GateArguments> kernel, Kernel<GateArguments> reference, int rows, int columns, ActivationKind kind)
        : InPlaceCase(rows * columns * 2, 1)
    {
        private GateArguments _arguments = new() { Kind = kind, Stride = 2 * columns, Rows = rows, Columns = columns };

        public override double Flops => (ActivationCases.FlopsOf(kind) + 1) * (Count / 2);

        public override double Bytes => 6.0 * Count;

        protected override void RunOn(float* x)
        {
            _arguments.X = x;
            kernel(_arguments);
        }

        protected override void RunReferenceOn(float* x)
        {
            _arguments.X = x;
            reference(_arguments);
        }

        protected override double Exact(int index)
        {
            int width = 2 * _arguments.Columns;
            double x = Source[index];
            return index % width < _arguments.Columns
                ? ActivationCases.Exact(kind, x) * Source[index + _arguments.Columns]
                : x;
        }
    }
}
