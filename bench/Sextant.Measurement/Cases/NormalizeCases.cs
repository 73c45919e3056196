using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Scaling x [n] to length one, in place.</summary>
internal sealed class NormalizeCases() : OpCases<NormalizeKernel>(NormalizeKernels.Table)
{
    public override string ShapeForm => "n";

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[384]] : [[384], [768], [1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0]);

    private sealed unsafe class Case(NormalizeKernel kernel, NormalizeKernel reference, int length) : InPlaceCase(
        length, 1)
    {
        public override double Flops => 3.0 * Count;

        public override double Bytes => 8.0 * Count;

        protected override void RunOn(float* x) => kernel(x, Count);

        protected override void RunReferenceOn(float* x) => reference(x, Count);

        protected override double Exact(int index) => Formulas.Normalize(new(Source, Count), index);
    }
}
