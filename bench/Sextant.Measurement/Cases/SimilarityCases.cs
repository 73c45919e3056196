using Sextant.Kernels;
using Sextant.Kernels.Similarity;

namespace Sextant.Measurement.Cases;

/// <summary>A query's dot product with, or squared distance to, stored rows [count,n] that come from memory.</summary>
internal sealed class SimilarityCases() : OpCases<Kernel<SimilarityArguments>>(SimilarityKernels.Table)
{
    public override string ShapeForm => "count,n";

    public override IReadOnlyList<string> Variants => ["f32", "f16", "bf16", "i8", "f32-distance", "i8-distance"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[4096, 384]] : [[4096, 384], [4096, 1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1],
        variant.Split('-')[0] switch
        {
            "f16" => RowType.F16,
            "bf16" => RowType.BF16,
            "i8" => RowType.I8,
            _ => RowType.F32,
        },
        variant.EndsWith("distance", StringComparison.Ordinal) ? Measure.SquaredDistance : Measure.Dot);

    private sealed unsafe class Case : KernelCase
    {
        private readonly Kernel<SimilarityArguments> _kernel;
        private readonly Kernel<SimilarityArguments> _reference;
        private readonly byte* _rows;
        private readonly long _bytes;
        private readonly int _places;
        private SimilarityArguments _arguments;
        private int _place;

        public Case(
            Kernel<SimilarityArguments> kernel, Kernel<SimilarityArguments> reference, int count, int n, RowType type,
            Measure measure)
        {
            (_kernel, _reference) = (kernel, reference);
            int size = type switch { RowType.F32 => 4, RowType.I8 => 1, _ => 2 };
            _bytes = (long)count * n * size;
            // Rows of a type of their own, a gibibyte at most: random bits would hold infinities.
            _places = (int)Math.Clamp((256L << 20) / _bytes, 1, 64);
            _rows = (byte*)Allocate(_bytes * _places);
            Fill(type, _bytes * _places);
            _arguments = new SimilarityArguments
            {
                Query = Floats(n, 1),
                Rows = _rows,
                Type = type,
                Measure = measure,
                Count = count,
                N = n,
                Scores = Floats(count, 2),
            };
        }

        public override double Flops =>
            (_arguments.Measure == Measure.Dot ? 2.0 : 3.0) * _arguments.Count * _arguments.N;

        public override double Bytes => _bytes + 4.0 * _arguments.Count;

        public override long WorkingSet => _bytes * _places;

        protected override Span<int> Output => new(_arguments.Scores, (int)_arguments.Count);

        public override void Run()
        {
            _place = _place + 1 == _places ? 0 : _place + 1;
            _arguments.Rows = _rows + _place * _bytes;
            _kernel(_arguments);
        }

        protected override int RunReference(bool whole)
        {
            _reference(_arguments);
            return Output.Length;
        }

        protected override double Exact(int index)
        {
            double sum = 0;
            for (int i = 0; i < _arguments.N; i++)
            {
                double q = _arguments.Query[i], x = Element((long)index * _arguments.N + i);
                sum += _arguments.Measure == Measure.Dot ? q * x : (q - x) * (q - x);
            }
            return sum;
        }

        private double Element(long position) => _arguments.Type switch
        {
            RowType.F32 => ((float*)_arguments.Rows)[position],
            RowType.F16 => (double)((Half*)_arguments.Rows)[position],
            RowType.BF16 => BitConverter.Int32BitsToSingle(((ushort*)_arguments.Rows)[position] << 16),
            _ => ((sbyte*)_arguments.Rows)[position],
        };

        private void Fill(RowType type, long bytes)
        {
            if (type == RowType.F32)
            {
                RandomData.Fill((float*)_rows, bytes / sizeof(float), 3);
                return;
            }
            RandomData.FillBits(_rows, bytes, 3);
            if (type == RowType.I8)
                return;
            // The exponent's upper bits fixed: finite, between about 2⁻¹⁶ and 2, whichever 16-bit format reads them.
            ushort keep = type == RowType.F16 ? (ushort)0xBFFF : (ushort)0x87FF;
            ushort set = type == RowType.F16 ? (ushort)0 : (ushort)0x3800;
            for (long i = 0; i < bytes / 2; i++)
                ((ushort*)_rows)[i] = (ushort)((((ushort*)_rows)[i] & keep) | set);
        }
    }
}
