using System.Numerics;
using System.Runtime.InteropServices;
using Sextant.Kernels.Hamming;

namespace Sextant.Kernels.Tests;

/// <summary>
/// Hamming distances: every kernel against counting bit by bit, with canaries around what is written.
/// </summary>
public sealed unsafe class HammingTests
{
    private const int Tile = HammingArguments.TileCodes;
    private const int Canary = unchecked((int)0xDEAD_BEEF);

    /// <summary>
    /// Code lengths in words: around the vector widths and the 31 words after which bytes would overflow.
    /// </summary>
    public static TheoryData<int> Lengths =>
        [.. Enumerable.Range(1, 34), 61, 62, 63, 64, 93, 94, 128, HammingArguments.MaxWords];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void EveryKernelCountsTheBitsThatDiffer(int words)
    {
        var random = new Random(words);
        foreach (int queries in new[] { 1, 2, 3, 4, 5, 8, 11 })
        {
            foreach (int tiles in new[] { 0, 1, 2, 5 })
            {
                ulong[] query = Words(random, queries * words);
                ulong[] codes = Words(random, tiles * Tile * words);
                Check(query, codes, words);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void TheLargestAndTheSmallestDistance(int words)
    {
        foreach (ulong query in new ulong[] { 0, ulong.MaxValue, 0x0F0F_0F0F_0F0F_0F0F, 0xAAAA_AAAA_AAAA_AAAA })
        {
            ulong[] queries = Enumerable.Repeat(query, 5 * words).ToArray();
            ulong[] codes = Enumerable.Repeat(ulong.MaxValue, Tile * words).ToArray();
            Check(queries, codes, words);
            foreach (Isa isa in InstructionSets.Supported)
            {
                Assert.All(Run(isa, queries, codes, words),
                    d => Assert.Equal(64 * words - words * BitOperations.PopCount(query), d));
                Assert.All(Run(isa, queries, queries[..words].Concat(new ulong[7 * words]).ToArray(), words)[..1], d =>
                    Assert.Equal(0, d));
            }
        }
    }

    [Fact]
    public void EverySingleBitCounts()
    {
        const int Words = 3;
        foreach (Isa isa in InstructionSets.Supported)
        {
            for (int bit = 0; bit < 64 * Words; bit++)
            {
                var codes = new ulong[Tile * Words];
                codes[(bit % Tile) * Words + bit / 64] = 1ul << bit;
                int[] distances = Run(isa, new ulong[4 * Words], codes, Words);
                for (int i = 0; i < distances.Length; i++)
                    Assert.Equal(i % Tile == bit % Tile ? 1 : 0, distances[i]);
            }
        }
    }

    // Codes are given row by row here; the kernels read them in tiles.
    private static void Check(ulong[] queries, ulong[] codes, int words)
    {
        int count = codes.Length / words;
        var expected = new int[queries.Length / words * count];
        for (int query = 0; query < queries.Length / words; query++)
        {
            for (int code = 0; code < count; code++)
                expected[query * count + code] = CountBitByBit(
                    queries.AsSpan(query * words, words), codes.AsSpan(code * words, words));
        }
        foreach (Isa isa in InstructionSets.Supported)
            Assert.Equal(expected, Run(isa, queries, codes, words));
    }

    private static int CountBitByBit(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right)
    {
        int count = 0;
        for (int i = 0; i < left.Length; i++)
        {
            for (ulong bits = left[i] ^ right[i]; bits != 0; bits >>= 1)
                count += (int)(bits & 1);
        }
        return count;
    }

    private static int[] Run(Isa isa, ulong[] queries, ulong[] codes, int words)
    {
        const int Guard = 64;
        int count = codes.Length / words;
        int length = queries.Length / words * count;
        var distances = new int[length + 2 * Guard];
        distances.AsSpan().Fill(Canary);
        var tiles = (ulong*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, codes.Length) * sizeof(ulong), 64);
        for (int code = 0; code < count; code++)
        {
            for (int word = 0; word < words; word++)
                tiles[(code / Tile * words + word) * Tile + code % Tile] = codes[code * words + word];
        }
        fixed (ulong* query = queries)
        fixed (int* distance = distances)
        {
            new KernelSet(isa).Hamming.Run(new HammingArguments
            {
                Queries = query,
                QueryCount = queries.Length / words,
                Tiles = tiles,
                TileCount = count / Tile,
                Words = words,
                Distances = distance + Guard,
            });
        }
        NativeMemory.AlignedFree(tiles);
        Assert.All(distances[..Guard], d => Assert.Equal(Canary, d));
        Assert.All(distances[(Guard + length)..], d => Assert.Equal(Canary, d));
        return distances[Guard..(Guard + length)];
    }

    private static ulong[] Words(Random random, int length)
    {
        var words = new ulong[length];
        random.NextBytes(MemoryMarshal.AsBytes(words.AsSpan()));
        return words;
    }
}
