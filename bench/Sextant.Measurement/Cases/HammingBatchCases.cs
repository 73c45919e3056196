using Sextant.Kernels;
using Sextant.Kernels.Hamming;

namespace Sextant.Measurement.Cases;

/// <summary>
/// Hamming distances of many queries to count codes that come from memory, a block of them at a time.
/// </summary>
internal sealed class HammingBatchCases() : OpCases<Kernel<HammingBatchArguments>>(HammingBatchKernels.Table)
{
    public override string ShapeForm => "count,bits,queries";

    public override IReadOnlyList<string> Variants => ["u1"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick
        ? [[16384, 384, 64]]
        : [[16384, 256, 16], [16384, 256, 64], [16384, 384, 64], [16384, 1024, 64]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, shape[0], shape[1],
        shape[2], cold);

    private sealed unsafe class Case : KernelCase
    {
        private const int TileCodes = HammingArguments.TileCodes;
        private readonly Kernel<HammingBatchArguments> _kernel;
        private readonly Kernel<HammingBatchArguments> _reference;
        private readonly HammingBatchArguments _arguments;
        private readonly ColdCodes _codes;
        private readonly int _planes;
        private readonly int[] _distances;

        public Case(
            Kernel<HammingBatchArguments> kernel, Kernel<HammingBatchArguments> reference, int count, int bits,
            int queries, ColdMemory cold)
        {
            (_kernel, _reference) = (kernel, reference);
            _codes = new ColdCodes(count, bits, cold, Allocate);
            int words = _codes.Words;
            _planes = HammingBatchArguments.PlaneCount(words);
            var query = (ulong*)Allocate((long)queries * words * sizeof(ulong));
            RandomData.FillBits(query, (long)queries * words * sizeof(ulong), 1);
            var patterns = (ushort*)Allocate(
                (long)queries * words * HammingBatchArguments.PatternsPerWord * sizeof(ushort));
            HammingBatchArguments.Prepare(query, queries, words, patterns);
            var limits = (int*)Allocate(queries * sizeof(int));
            new Span<int>(limits, queries).Fill(bits / 3); // as in a long search: next to none is as near
            _arguments = new HammingBatchArguments
            {
                Queries = query,
                Patterns = patterns,
                Limits = limits,
                QueryCount = queries,
                Words = words,
                Planes = (ulong*)Allocate((long)queries * _planes * TileCodes * sizeof(ulong)),
                Near = (ulong*)Allocate((long)queries * TileCodes * sizeof(ulong)),
            };
            _distances = new int[queries * Math.Min(HammingBatchArguments.MaxTiles, _codes.Tiles) * TileCodes];
        }

        // Integers: the floating-point ceiling says nothing of them, so only memory counts.
        public override double Flops => 0;

        public override double Bytes => _codes.Bytes;

        public override long WorkingSet => long.MaxValue;

        protected override bool IsInteger => true;

        // The distances of the first block, read out of the planes. All planes set is what poisoning leaves.
        protected override Span<int> Output
        {
            get
            {
                int codes = _distances.Length / _arguments.QueryCount;
                for (int i = 0; i < _distances.Length; i++)
                {
                    ulong* planes = _arguments.Planes + ((nint)(i / codes) * _planes * TileCodes);
                    int distance = HammingBatchArguments.Distance(
                        planes, _planes, i % codes / TileCodes, i % TileCodes);
                    _distances[i] = distance == (1 << _planes) - 1 ? -1 : distance;
                }
                return _distances;
            }
        }

        public override void Run()
        {
            _codes.Turn();
            // From the last block to the first, which so is what the output holds.
            int blocks = (_codes.Tiles + HammingBatchArguments.MaxTiles - 1) / HammingBatchArguments.MaxTiles;
            for (int block = blocks - 1; block >= 0; block--)
                _kernel(Block(block * HammingBatchArguments.MaxTiles));
        }

        protected override void Poison() => new Span<byte>(
            _arguments.Planes, _arguments.QueryCount * _planes * TileCodes * sizeof(ulong)).Fill(0xFF);

        protected override int RunReference(bool whole)
        {
            _reference(Block(0));
            return _distances.Length;
        }

        protected override double Exact(int index)
        {
            int codes = _distances.Length / _arguments.QueryCount;
            return _codes.Distance(_arguments.Queries + ((nint)(index / codes) * _arguments.Words), index % codes);
        }

        private HammingBatchArguments Block(int first)
        {
            HammingBatchArguments block = _arguments;
            block.Tiles = _codes.Tile(first);
            block.TileCount = Math.Min(HammingBatchArguments.MaxTiles, _codes.Tiles - first);
            return block;
        }
    }
}
