using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>Dot products of a query [n] with rows [count,n] that come from memory.</summary>
internal sealed class DotCases() : OpCases<DotKernel>(DotKernels.Table)
{
    public override string ShapeForm => "count,n";

    public override IReadOnlyList<int[]> Shapes(bool quick) =>
        quick ? [[4096, 384]] : [[4096, 384], [4096, 768], [4096, 1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1], cold);

    private sealed unsafe class Case : KernelCase
    {
        private readonly DotKernel _kernel;
        private readonly DotKernel _reference;
        private readonly int _count;
        private readonly int _n;
        private readonly float* _query;
        private readonly float* _rows;
        private readonly float* _scores;
        private readonly int _places;
        private int _place;

        public Case(DotKernel kernel, DotKernel reference, int count, int n, ColdMemory cold)
        {
            (_kernel, _reference, _count, _n) = (kernel, reference, count, n);
            long block = (long)count * n * sizeof(float);
            _places = (int)Math.Max(1, cold.Bytes / block);
            // A shape that is larger than the cold memory brings its own.
            _rows = block > cold.Bytes ? Floats((long)count * n, 1) : (float*)cold.Pointer;
            _query = Floats(n, 2);
            _scores = Floats(count, 3);
        }

        public override double Flops => 2.0 * _count * _n;

        public override double Bytes => 4.0 * ((double)_count * _n + _count);

        public override long WorkingSet => long.MaxValue;

        protected override Span<int> Output => new(_scores, _count);

        public override void Run()
        {
            _place = _place + 1 == _places ? 0 : _place + 1;
            _kernel(_query, Rows, _count, _n, _scores);
        }

        protected override int RunReference(bool whole)
        {
            _reference(_query, Rows, _count, _n, _scores);
            return _count;
        }

        protected override double Exact(int index) => Formulas.Dot(new(_query, _n), new(Rows + (long)index * _n, _n));

        private float* Rows => _rows + (long)_place * _count * _n;
    }
}
