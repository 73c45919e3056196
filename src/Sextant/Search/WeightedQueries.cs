using Sextant.Kernels;
using Sextant.Kernels.WeightedHamming;

namespace Sextant.Search;

/// <summary>Float queries in 4 or 8 bits, as binary codes are compared with them, in memory of a search.</summary>
internal readonly unsafe struct WeightedQueries
{
    private readonly Kernel<WeightedHammingArguments> _kernel;
    private readonly sbyte* _levels;
    private readonly byte* _tables;
    private readonly int _words;
    private readonly int _digits;

    /// <summary>Prepares queries.</summary>
    /// <param name="queries">[count, dimensions], finite.</param>
    /// <param name="dimensions">Of a query: bits of a code.</param>
    /// <param name="bits">4 or 8.</param>
    /// <param name="words">64-bit words of a code.</param>
    /// <param name="memory">Of <see cref="Bytes"/> for so many queries.</param>
    public WeightedQueries(ReadOnlySpan<float> queries, int dimensions, int bits, int words, byte* memory)
    {
        _kernel = KernelSet.Chosen.WeightedHamming.Run;
        (_words, _digits, Count) = (words, WeightedHammingArguments.DigitsOf(bits), queries.Length / dimensions);
        _tables = memory;
        _levels = (sbyte*)(memory + ((long)Count * TableBytes));
        for (int i = 0; i < Count; i++)
        {
            var levels = new Span<sbyte>(_levels + ((nint)i * 64 * words), 64 * words);
            QueryLevels.Quantize(queries.Slice(i * dimensions, dimensions), bits, levels);
            WeightedHammingArguments.Prepare(
                _levels + ((nint)i * 64 * words), words, _digits, _tables + ((nint)i * TableBytes));
        }
    }

    public int Count { get; }

    private int TableBytes => WeightedHammingArguments.TablesBytes(_words, _digits);

    /// <summary>Bytes of memory for a query.</summary>
    public static long Bytes(int bits, int words) =>
        WeightedHammingArguments.TablesBytes(words, WeightedHammingArguments.DigitsOf(bits)) + (64L * words);

    /// <summary>Compares a block of codes with the queries.</summary>
    /// <param name="tiles">[count, words, 8].</param>
    /// <param name="count">At most <see cref="WeightedHammingArguments.MaxTiles"/>.</param>
    /// <param name="block">What is asked and found.</param>
    public void Compare(ulong* tiles, int count, in WeightedBlock block) => _kernel(new WeightedHammingArguments
    {
        Levels = _levels,
        Tables = _tables,
        Digits = _digits,
        Limits = block.Limits,
        QueryCount = Count,
        Tiles = tiles,
        TileCount = count,
        Words = _words,
        Distances = block.Distances,
        Near = block.Near,
    });
}
