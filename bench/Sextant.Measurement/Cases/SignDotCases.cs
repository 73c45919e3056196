using Sextant.Kernels;
using Sextant.Kernels.SignDot;

namespace Sextant.Measurement.Cases;

/// <summary>A float query against count binary codes that come from memory.</summary>
internal sealed class SignDotCases() : OpCases<Kernel<SignDotArguments>>(SignDotKernels.Table)
{
    public override string ShapeForm => "count,bits";

    public override IReadOnlyList<string> Variants => ["f32xu1"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick ? [[4096, 384]] : [[4096, 384], [4096, 1024]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1], cold);

    private sealed unsafe class Case : KernelCase
    {
        private readonly Kernel<SignDotArguments> _kernel;
        private readonly Kernel<SignDotArguments> _reference;
        private readonly byte* _codes;
        private readonly long _bytes;
        private readonly int _places;
        private SignDotArguments _arguments;
        private int _place;

        public Case(
            Kernel<SignDotArguments> kernel, Kernel<SignDotArguments> reference, int count, int bits, ColdMemory cold)
        {
            (_kernel, _reference) = (kernel, reference);
            int words = (bits + 63) / 64, tiles = (count + 7) / 8;
            _bytes = (long)tiles * 8 * words * sizeof(ulong);
            _places = (int)Math.Max(1, cold.Bytes / _bytes);
            _codes = cold.Pointer;
            if (_bytes > cold.Bytes)
            {
                _codes = (byte*)Allocate(_bytes);
                RandomData.FillBits(_codes, _bytes, 2);
            }
            _arguments = new SignDotArguments
            {
                Query = Floats(64L * words, 1),
                Tiles = (ulong*)_codes,
                TileCount = tiles,
                Words = words,
                Scores = Floats(tiles * 8, 2),
            };
        }

        // A sign and an addition for each element; the sign is counted as an operation.
        public override double Flops => 2.0 * 64 * _arguments.Words * 8 * _arguments.TileCount;

        public override double Bytes => _bytes + 32.0 * _arguments.TileCount;

        public override long WorkingSet => long.MaxValue;

        protected override Span<int> Output => new(_arguments.Scores, (int)_arguments.TileCount * 8);

        public override void Run()
        {
            _place = _place + 1 == _places ? 0 : _place + 1;
            _arguments.Tiles = (ulong*)(_codes + _place * _bytes);
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
            for (int i = 0; i < 64 * _arguments.Words; i++)
            {
                ulong word = _arguments.Tiles[((long)(index / 8) * _arguments.Words + i / 64) * 8 + index % 8];
                sum += (word >> (i % 64) & 1) != 0 ? _arguments.Query[i] : -_arguments.Query[i];
            }
            return sum;
        }
    }
}
