using Sextant.Kernels;
using Sextant.Kernels.Hamming;

namespace Sextant.Measurement.Cases;

/// <summary>Hamming distances of queries to count codes that come from memory; the distances stay in a cache.</summary>
internal sealed class HammingCases() : OpCases<Kernel<HammingArguments>>(HammingKernels.Table)
{
    public override string ShapeForm => "count,bits,queries";

    public override IReadOnlyList<string> Variants => ["u1"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick
        ? [[16384, 384, 1]]
        : [[16384, 256, 1], [16384, 384, 1], [16384, 1024, 1], [16384, 384, 4]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1], shape[2], cold);

    private sealed unsafe class Case : KernelCase
    {
        // As many codes at once as a search hands to the kernel: their distances do not leave the cache.
        private readonly int _tilesAtOnce;
        private readonly Kernel<HammingArguments> _kernel;
        private readonly Kernel<HammingArguments> _reference;
        private readonly HammingArguments _arguments;
        private readonly ColdCodes _codes;

        public Case(
            Kernel<HammingArguments> kernel, Kernel<HammingArguments> reference, int count, int bits, int queries,
            ColdMemory cold)
        {
            (_kernel, _reference) = (kernel, reference);
            _tilesAtOnce = queries == 1 ? 512 : 64;
            _codes = new ColdCodes(count, bits, cold, Allocate);
            int words = _codes.Words;
            var query = (ulong*)Allocate((long)queries * words * sizeof(ulong));
            RandomData.FillBits(query, (long)queries * words * sizeof(ulong), 1);
            int atOnce = Math.Min(_codes.Tiles, _tilesAtOnce);
            _arguments = new HammingArguments
            {
                Queries = query,
                QueryCount = queries,
                TileCount = _codes.Tiles,
                Words = words,
                Distances = (int*)Allocate((long)queries * atOnce * HammingArguments.TileCodes * sizeof(int)),
            };
        }

        // Integers: the floating-point ceiling says nothing of them, so only memory counts.
        public override double Flops => 0;

        public override double Bytes => _codes.Bytes;

        public override long WorkingSet => long.MaxValue;

        protected override bool IsInteger => true;

        // The distances of the first codes.
        protected override Span<int> Output => new(
            _arguments.Distances,
            _arguments.QueryCount * (int)Math.Min(_arguments.TileCount, _tilesAtOnce) * HammingArguments.TileCodes);

        public override void Run()
        {
            _codes.Turn();
            // From the last part to the first, which so is what the output holds.
            nint parts = (_arguments.TileCount + _tilesAtOnce - 1) / _tilesAtOnce;
            for (nint part = parts - 1; part >= 0; part--)
                _kernel(Part(part * _tilesAtOnce));
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
            return _codes.Distance(a.Queries + (index / codes * a.Words), index % codes);
        }

        private HammingArguments Part(nint first)
        {
            HammingArguments part = _arguments;
            part.Tiles = _codes.Tile(first);
            part.TileCount = Math.Min(_tilesAtOnce, _arguments.TileCount - first);
            return part;
        }
    }
}
