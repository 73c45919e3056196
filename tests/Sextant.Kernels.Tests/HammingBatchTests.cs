using System.Numerics;
using System.Runtime.InteropServices;
using Sextant.Kernels.Hamming;

namespace Sextant.Kernels.Tests;

/// <summary>
/// Distances of many queries in bit planes: every kernel against counting, with canaries around what is written.
/// </summary>
public sealed unsafe class HammingBatchTests
{
    private const int Tile = HammingArguments.TileCodes;
    private const int Guard = 8;
    private const ulong Canary = 0xDEAD_BEEF_DEAD_BEEF;

    /// <summary>Code lengths in words: each number of planes begins at a power of two.</summary>
    public static TheoryData<int> Lengths =>
        [1, 2, 3, 4, 5, 6, 7, 8, 12, 15, 16, 17, 32, 33, 64, 127, HammingArguments.MaxWords];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void EveryKernelCountsTheBitsThatDiffer(int words)
    {
        var random = new Random(words);
        int[] tileCounts = words <= 17 ? [0, 1, 2, 7, 8, 31, 33, 63, 64] : [1, 5, 64];
        foreach (int queries in words <= 17 ? new[] { 1, 2, 4, 5, 64 } : [3])
        {
            foreach (int tiles in tileCounts)
            {
                ulong[] query = Words(random, queries * words);
                ulong[] codes = Words(random, tiles * Tile * words);
                // Half of all random codes differ in half of the bits and fewer.
                Check(query, codes, words, i => (32 * words) + (i % 3) - 1);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void TheLargestAndTheSmallestDistance(int words)
    {
        ulong[] queries = [.. new ulong[words], .. Enumerable.Repeat(ulong.MaxValue, words)];
        foreach (ulong code in new ulong[] { 0, ulong.MaxValue })
        {
            ulong[] codes = Enumerable.Repeat(code, 64 * Tile * words).ToArray();
            foreach (int limit in new[] { 0, 1, 64 * words, (64 * words) + 1 })
                Check(queries, codes, words, _ => limit);
        }
    }

    [Fact]
    public void EverySingleBitCountsAtItsPlace()
    {
        const int WordCount = 2;
        for (int bit = 0; bit < 64 * WordCount; bit++)
        {
            var codes = new ulong[64 * Tile * WordCount];
            codes[(bit * 3 * WordCount) + (bit / 64)] = 1ul << bit;
            Check(new ulong[WordCount], codes, WordCount, _ => 1);
            Check(codes[(bit * 3 * WordCount)..((bit * 3 * WordCount) + WordCount)], codes, WordCount, _ => 1);
        }
    }

    // Codes are given row by row here; the kernels read them in tiles.
    private static void Check(ulong[] queries, ulong[] codes, int words, Func<int, int> limitOf)
    {
        int count = codes.Length / words, queryCount = queries.Length / words;
        int planes = HammingBatchArguments.PlaneCount(words);
        Assert.True(1 << planes > 64 * words && 1 << (planes - 1) <= 64 * words);
        int[] limits = [.. Enumerable.Range(0, queryCount).Select(limitOf)];
        foreach (Isa isa in InstructionSets.Supported)
        {
            (ulong[] sums, ulong[] near) = Run(isa, queries, codes, words, limits);
            fixed (ulong* first = sums)
            {
                for (int query = 0; query < queryCount; query++)
                {
                    for (int code = 0; code < count; code++)
                    {
                        int expected = Differing(
                            queries.AsSpan(query * words, words), codes.AsSpan(code * words, words));
                        int distance = HammingBatchArguments.Distance(
                            first + (query * planes * Tile), planes, code / Tile, code % Tile);
                        bool isNear = ((near[(query * Tile) + (code % Tile)] >> (code / Tile)) & 1) != 0;
                        if (distance != expected || isNear != (expected < limits[query]))
                        {
                            Assert.Fail(
                                $"{isa}: query {query}, code {code}: {distance}, near {isNear}; is {expected}, "
                                + $"limit {limits[query]}");
                        }
                    }
                }
            }
            ulong behind = count / Tile == 64 ? 0 : ulong.MaxValue << (count / Tile);
            Assert.All(near, word => Assert.Equal(0ul, word & behind));
        }
    }

    private static int Differing(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        int count = 0;
        for (int i = 0; i < left.Length; i++)
            count += BitOperations.PopCount(left[i] ^ right[i]);
        return count;
    }

    private static (ulong[] Planes, ulong[] Near) Run(Isa isa, ulong[] queries, ulong[] codes, int words, int[] limits)
    {
        int count = codes.Length / words, queryCount = limits.Length;
        int sums = queryCount * HammingBatchArguments.PlaneCount(words) * Tile;
        ulong* tiles = Aligned(codes.Length), planes = Aligned(sums), near = Aligned(queryCount * Tile);
        for (int code = 0; code < count; code++)
        {
            for (int word = 0; word < words; word++)
                tiles[(((code / Tile * words) + word) * Tile) + (code % Tile)] = codes[(code * words) + word];
        }
        var patterns = new ushort[queryCount * words * HammingBatchArguments.PatternsPerWord];
        fixed (ulong* query = queries)
        fixed (ushort* pattern = patterns)
        fixed (int* limit = limits)
        {
            HammingBatchArguments.Prepare(query, queryCount, words, pattern);
            new KernelSet(isa).HammingBatch.Run(new HammingBatchArguments
            {
                Queries = query,
                Patterns = pattern,
                Limits = limit,
                QueryCount = queryCount,
                Tiles = tiles,
                TileCount = count / Tile,
                Words = words,
                Planes = planes,
                Near = near,
            });
        }
        NativeMemory.AlignedFree(tiles - Guard);
        return (Taken(planes, sums), Taken(near, queryCount * Tile));
    }

    // Memory with canaries around what may be written.
    private static ulong* Aligned(int length)
    {
        var memory = (ulong*)NativeMemory.AlignedAlloc((nuint)(length + (2 * Guard)) * sizeof(ulong), 64);
        new Span<ulong>(memory, length + (2 * Guard)).Fill(Canary);
        return memory + Guard;
    }

    private static ulong[] Taken(ulong* memory, int length)
    {
        Assert.Equal(-1, new Span<ulong>(memory - Guard, Guard).IndexOfAnyExcept(Canary));
        Assert.Equal(-1, new Span<ulong>(memory + length, Guard).IndexOfAnyExcept(Canary));
        ulong[] taken = new Span<ulong>(memory, length).ToArray();
        NativeMemory.AlignedFree(memory - Guard);
        return taken;
    }

    private static ulong[] Words(Random random, int length)
    {
        var words = new ulong[length];
        random.NextBytes(MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }
}
