using Sextant.Kernels;
using Sextant.Kernels.Hamming;

namespace Sextant.Measurement.Cases;

/// <summary>Hamming distances of queries to count codes that come from memory; the distances stay in a cache.</summary>
internal sealed class HammingCases : OpCases
{
    public override string Op => "hamming";

    public override IReadOnlyList<(Isa Isa, string Name)> Kernels => Names(KernelTable.Hamming);

    public override string ShapeForm => "count,bits,queries";

    public override IReadOnlyList<string> Variants => ["u1"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick
        ? [[16384, 384, 1], [16384, 384, 64]]
        : [[16384, 256, 1], [16384, 384, 1], [16384, 1024, 1], [16384, 256, 64], [16384, 384, 64], [16384, 1024, 64]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Find(KernelTable.Hamming, isa), Find(KernelTable.Hamming, Isa.Reference), shape[0], shape[1], shape[2], cold);

    private sealed unsafe class Case : KernelCase
    {
        // As many codes at once as a search hands to the kernel: their distances do not leave the cache.
        private const int TilesAtOnce = 64;
        private readonly Kernel<HammingArguments> _kernel;
        private readonly Kernel<HammingArguments> _reference;
        private readonly HammingArguments _arguments;
        private readonly long _codeBytes;
        private readonly int _places;
        private int _place;

        public Case(
            Kernel<HammingArguments> kernel, Kernel<HammingArguments> reference, int count, int bits, int queries,
            ColdMemory cold)
        {
            (_kernel, _reference) = (kernel, reference);
            int words = Math.Clamp((bits + 63) / 64, 1, HammingArguments.MostWords);
            int tiles = (count + HammingArguments.TileCodes - 1) / HammingArguments.TileCodes;
            _codeBytes = (long)tiles * HammingArguments.TileCodes * words * sizeof(ulong);
            _places = (int)Math.Max(1, cold.Bytes / _codeBytes);
            var query = (ulong*)Allocate((long)queries * words * sizeof(ulong));
            RandomData.FillBits(query, (long)queries * words * sizeof(ulong), 1);
            byte* codes = cold.Pointer;
            if (_codeBytes > cold.Bytes)
            {
                codes = (byte*)Allocate(_codeBytes);
                RandomData.FillBits(codes, _codeBytes, 2);
            }
            int atOnce = Math.Min(tiles, TilesAtOnce);
            _arguments = new HammingArguments
            {
                Queries = query,
                QueryCount = queries,
                Tiles = (ulong*)codes,
                TileCount = tiles,
                Words = words,
                Distances = (int*)Allocate((long)queries * atOnce * HammingArguments.TileCodes * sizeof(int)),
            };
        }

        // Integers: the floating-point ceiling says nothing of them, so only memory counts.
        public override double Flops => 0;

        public override double Bytes => _codeBytes;

        public override long WorkingSet => long.MaxValue;

        protected override bool IsInteger => true;

        // The distances of the first codes.
        protected override Span<int> Output => new(
            _arguments.Distances,
            _arguments.QueryCount * (int)Math.Min(_arguments.TileCount, TilesAtOnce) * HammingArguments.TileCodes);

        public override void Run()
        {
            _place = _place + 1 == _places ? 0 : _place + 1;
            // From the last part to the first, which so is what the output holds.
            nint parts = (_arguments.TileCount + TilesAtOnce - 1) / TilesAtOnce;
            for (nint part = parts - 1; part >= 0; part--)
                _kernel(Part(part * TilesAtOnce));
        }

        protected override int RunReference(bool whole)
        {
            _reference(Part(0));
            return Output.Length;
        }

        protected override double Exact(int index)
        {
            HammingArguments a = Part(0);
            nint codes = a.TileCount * HammingArguments.TileCodes;
            (nint query, nint code) = (index / codes, index % codes);
            int distance = 0;
            for (int bit = 0; bit < a.Words * 64; bit++)
            {
                ulong word = a.Tiles[(code / 8 * a.Words + bit / 64) * 8 + code % 8];
                distance += (int)((word ^ a.Queries[query * a.Words + bit / 64]) >> (bit % 64) & 1);
            }
            return distance;
        }

        private HammingArguments Part(nint first)
        {
            HammingArguments part = _arguments;
            part.Tiles = (ulong*)((byte*)_arguments.Tiles + _place * _codeBytes) + first * part.Words * HammingArguments.TileCodes;
            part.TileCount = Math.Min(TilesAtOnce, _arguments.TileCount - first);
            return part;
        }
    }
}
