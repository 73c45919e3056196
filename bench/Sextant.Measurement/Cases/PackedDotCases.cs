using Sextant.Kernels;
using Sextant.Kernels.PackedDot;

namespace Sextant.Measurement.Cases;

/// <summary>A query of signed bytes against count packed codes that come from memory.</summary>
internal sealed class PackedDotCases() : OpCases<Kernel<PackedDotArguments>>(PackedDotKernels.Table)
{
    public override string ShapeForm => "count,dimensions";

    public override IReadOnlyList<string> Variants => ["i8xu1", "i8xu2", "i8xu3", "i8xu4"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[4096, 256]] : [[4096, 256], [4096, 1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1], variant[^1] - '0', cold);

    private sealed unsafe class Case : KernelCase
    {
        private readonly Kernel<PackedDotArguments> _kernel;
        private readonly Kernel<PackedDotArguments> _reference;
        private readonly byte* _codes;
        private readonly long _bytes;
        private readonly int _places;
        private readonly int _groups;
        private PackedDotArguments _arguments;
        private int _place;

        public Case(
            Kernel<PackedDotArguments> kernel, Kernel<PackedDotArguments> reference, int count, int dimensions,
            int bits, ColdMemory cold)
        {
            (_kernel, _reference) = (kernel, reference);
            int words = PackedDotArguments.WordsOf((dimensions + 7) / 8, bits), tiles = (count + 7) / 8;
            _groups = PackedDotArguments.GroupsOf(words, bits);
            _bytes = (long)tiles * 8 * words * sizeof(ulong);
            _places = (int)Math.Max(1, cold.Bytes / _bytes);
            _codes = cold.Pointer;
            if (_bytes > cold.Bytes)
            {
                _codes = (byte*)Allocate(_bytes);
                RandomData.FillBits(_codes, _bytes, 2);
            }
            var query = (sbyte*)Allocate(8L * _groups);
            float* values = Floats(8L * _groups, 1);
            for (int i = 0; i < 8 * _groups; i++)
                query[i] = (sbyte)Math.Clamp(MathF.Round(values[i] * 40), -127, 127);
            _arguments = new PackedDotArguments
            {
                Query = (ulong*)query,
                Bits = bits,
                Tiles = (ulong*)_codes,
                Count = count,
                Words = words,
                Offset = 12345,
                Scale = 0.01f,
                Bias = 0.5f,
                Factors = Floats(count, 3),
                Scores = Floats(count, 2),
            };
        }

        // A multiplication and an addition for each dimension.
        public override double Flops => 2.0 * 8 * _groups * _arguments.Count;

        public override double Bytes => _bytes + (8.0 * _arguments.Count);

        public override long WorkingSet => long.MaxValue;

        protected override Span<int> Output => new(_arguments.Scores, (int)_arguments.Count);

        public override void Run()
        {
            _place = _place + 1 == _places ? 0 : _place + 1;
            _arguments.Tiles = (ulong*)(_codes + (_place * _bytes));
            _kernel(_arguments);
        }

        protected override int RunReference(bool whole)
        {
            _reference(_arguments);
            return Output.Length;
        }

        protected override double Exact(int index)
        {
            double sum = -_arguments.Offset;
            for (int i = 0; i < 8 * _groups; i++)
                sum += 2.0 * PackedDotReference.Value(_arguments, index, i) * ((sbyte*)_arguments.Query)[i];
            return (sum * _arguments.Factors[index] * _arguments.Scale) + _arguments.Bias;
        }
    }
}
