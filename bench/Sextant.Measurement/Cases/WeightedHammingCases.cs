using Sextant.Kernels;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.WeightedHamming;

namespace Sextant.Measurement.Cases;

/// <summary>
/// Distances of queries in 4 or 8 bits to count codes of signs that come from memory, a block of them at a time.
/// </summary>
internal sealed class WeightedHammingCases()
    : OpCases<Kernel<WeightedHammingArguments>>(WeightedHammingKernels.Table)
{
    public override string ShapeForm => "count,bits,queries";

    public override IReadOnlyList<string> Variants => ["q4", "q8"];

    public override IReadOnlyList<int[]> Shapes(bool quick) => quick
        ? [[16384, 384, 1]]
        : [[16384, 256, 1], [16384, 384, 1], [16384, 1024, 1], [16384, 384, 64]];

    public override KernelCase Create(Isa isa, int[] shape, string variant, ColdMemory cold) => new Case(
        Best(isa), Reference, variant == "q4" ? 4 : 8, shape[0], shape[1], shape[2], cold);

    private sealed unsafe class Case : KernelCase
    {
        private const int TileCodes = HammingArguments.TileCodes;
        private const int MaxTiles = WeightedHammingArguments.MaxTiles;
        private readonly Kernel<WeightedHammingArguments> _kernel;
        private readonly Kernel<WeightedHammingArguments> _reference;
        private readonly WeightedHammingArguments _arguments;
        private readonly ColdCodes _codes;
        private readonly int _lastBlock;
        private readonly int[] _distances;

        public Case(
            Kernel<WeightedHammingArguments> kernel, Kernel<WeightedHammingArguments> reference, int queryBits,
            int count, int bits, int queries, ColdMemory cold)
        {
            (_kernel, _reference) = (kernel, reference);
            _codes = new ColdCodes(count, bits, cold, Allocate);
            int words = _codes.Words, digits = WeightedHammingArguments.DigitsOf(queryBits), length = 64 * words;
            int bytes = WeightedHammingArguments.TablesBytes(words, digits);
            float* query = Floats((long)queries * length, 1);
            var levels = (sbyte*)Allocate((long)queries * length);
            var tables = (byte*)Allocate((long)queries * bytes);
            var limits = (int*)Allocate(queries * sizeof(int));
            for (int i = 0; i < queries; i++)
            {
                sbyte* own = levels + ((nint)i * length);
                QueryLevels.Quantize(
                    new Span<float>(query + ((nint)i * length), bits), queryBits, new Span<sbyte>(own, length));
                WeightedHammingArguments.Prepare(own, words, digits, tables + ((nint)i * bytes));
                limits[i] = 0;
                for (int at = 0; at < length; at++)
                    limits[i] += Math.Abs((int)own[at]);
                limits[i] /= 3; // as in a long search: next to none is as near
            }
            _arguments = new WeightedHammingArguments
            {
                Levels = levels,
                Tables = tables,
                Digits = digits,
                Limits = limits,
                QueryCount = queries,
                Words = words,
                Distances = (int*)Allocate((long)queries * WeightedHammingArguments.MaxCodes * sizeof(int)),
                Near = (uint*)Allocate((long)queries * WeightedHammingArguments.MaxQuads * sizeof(uint)),
            };
            _lastBlock = (_codes.Tiles - 1) / MaxTiles * MaxTiles;
            _distances = new int[queries * (_codes.Tiles - _lastBlock) * TileCodes];
        }

        // Integers: the floating-point ceiling says nothing of them, so only memory counts.
        public override double Flops => 0;

        public override double Bytes => _codes.Bytes;

        public override long WorkingSet => long.MaxValue;

        protected override bool IsInteger => true;

        // The distances of the last block, code after code.
        protected override Span<int> Output
        {
            get
            {
                int codes = _distances.Length / _arguments.QueryCount;
                for (int i = 0; i < _distances.Length; i++)
                {
                    int place = WeightedHammingArguments.Place(i % codes / TileCodes, i % TileCodes);
                    _distances[i] = _arguments.Distances[
                        ((nint)(i / codes) * WeightedHammingArguments.MaxCodes) + place];
                }
                return _distances;
            }
        }

        public override void Run()
        {
            _codes.Turn();
            // Upwards, as a search reads them.
            for (int tile = 0; tile < _codes.Tiles; tile += MaxTiles)
                _kernel(Block(tile));
        }

        protected override void Poison() => new Span<int>(
            _arguments.Distances, _arguments.QueryCount * WeightedHammingArguments.MaxCodes).Fill(-1);

        protected override int RunReference(bool whole)
        {
            _reference(Block(_lastBlock));
            return _distances.Length;
        }

        protected override double Exact(int index)
        {
            int codes = _distances.Length / _arguments.QueryCount, length = 64 * _codes.Words;
            sbyte* levels = _arguments.Levels + ((nint)(index / codes) * length);
            nint code = ((nint)_lastBlock * TileCodes) + (index % codes);
            double sum = 0;
            for (int i = 0; i < length; i++)
                sum += _codes.Bit(code, i ^ 7) != levels[i] > 0 ? Math.Abs((int)levels[i]) : 0;
            return sum;
        }

        private WeightedHammingArguments Block(int first)
        {
            WeightedHammingArguments block = _arguments;
            block.Tiles = _codes.Tile(first);
            block.TileCount = Math.Min(MaxTiles, _codes.Tiles - first);
            return block;
        }
    }
}
