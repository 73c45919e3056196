using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Rotary positions on x [T, heads·D], in place.</summary>
internal sealed class RopeCases() : OpCases<Kernel<RopeArguments>>(RopeKernels.Table)
{
    public override string ShapeForm => "T,heads,D";

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[32, 12, 64]] : [[8, 12, 64], [32, 12, 64], [128, 16, 128]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1], shape[2] & ~1);

    private sealed unsafe class Case : InPlaceCase
    {
        private readonly Kernel<RopeArguments> _kernel;
        private readonly Kernel<RopeArguments> _reference;
        private RopeArguments _arguments;

        public Case(Kernel<RopeArguments> kernel, Kernel<RopeArguments> reference, int rows, int heads, int headSize)
            : base(rows * heads * headSize, 1)
        {
            (_kernel, _reference) = (kernel, reference);
            var positions = (int*)Allocate(rows * sizeof(int));
            for (int i = 0; i < rows; i++)
                positions[i] = i;
            _arguments = new RopeArguments
            {
                Stride = heads * headSize,
                Rows = rows,
                Heads = heads,
                HeadSize = headSize,
                Rotated = headSize,
                Positions = positions,
                Table = Floats((long)rows * headSize, 2),
            };
        }

        // A product and an fma for each element.
        public override double Flops => 3.0 * Count;

        public override double Bytes => 8.0 * Count + 4.0 * _arguments.Rows * _arguments.Rotated;

        protected override void RunOn(float* x)
        {
            _arguments.X = x;
            _kernel(_arguments);
        }

        protected override void RunReferenceOn(float* x)
        {
            _arguments.X = x;
            _reference(_arguments);
        }

        protected override double Exact(int index)
        {
            int place = index % _arguments.HeadSize;
            float* table = _arguments.Table + (long)(index / _arguments.Stride) * _arguments.Rotated;
            return Formulas.Rope(
                new(Source + (index - place), _arguments.HeadSize), new(table, _arguments.Rotated), place);
        }
    }
}
