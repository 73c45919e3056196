using System.Runtime.InteropServices;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.WeightedHamming;

namespace Sextant.Kernels.Tests;

/// <summary>
/// Distances of queries in small whole numbers: every kernel against a sum over dimensions, with canaries around what
/// is written and codes that end where a page begins that nobody may read.
/// </summary>
public sealed unsafe class WeightedHammingTests
{
    private const int Tile = HammingArguments.TileCodes;
    private const int Guard = 16;
    private const int Canary = unchecked((int)0xDEAD_BEEF);

    /// <summary>Code lengths in words: around the eight that are turned at once.</summary>
    public static TheoryData<int> Lengths => [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 33, HammingArguments.MaxWords];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void EveryKernelAddsTheMagnitudesWhereSignsDiffer(int words)
    {
        var random = new Random(words);
        int[] tileCounts = words <= 9 ? [0, 1, 2, 3, 4, 5, 7, 8, 9, 33, 63, 64] : words < 64 ? [1, 6, 17] : [1, 9];
        foreach (int digits in new[] { 1, 2 })
        {
            int top = QueryLevels.Max(4 * digits);
            foreach (int queries in words <= 4 ? new[] { 1, 2, 5 } : [2])
            {
                foreach (int tiles in tileCounts)
                {
                    sbyte[] levels = new sbyte[queries * 64 * words];
                    for (int i = 0; i < levels.Length; i++)
                        levels[i] = (sbyte)random.Next(-top, top + 1);
                    byte[] codes = new byte[tiles * Tile * words * 8];
                    random.NextBytes(codes);
                    Check(levels, digits, codes, words, i => (16 * top * words) + (i % 3) - 1);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void TheLargestAndTheSmallestDistance(int words)
    {
        foreach (int digits in new[] { 1, 2 })
        {
            int top = QueryLevels.Max(4 * digits), largest = 64 * words * top;
            foreach (sbyte level in new[] { (sbyte)top, (sbyte)-top, (sbyte)0 })
            {
                sbyte[] levels = new sbyte[64 * words];
                Array.Fill(levels, level);
                foreach (byte code in new byte[] { 0, 255 })
                {
                    byte[] codes = new byte[9 * Tile * words * 8];
                    Array.Fill(codes, code);
                    foreach (int limit in new[] { 0, 1, largest, largest + 1, int.MaxValue })
                        Check(levels, digits, codes, words, _ => limit);
                }
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void EveryDimensionCountsAtItsPlace(int digits)
    {
        const int Words = 2;
        for (int dimension = 0; dimension < 64 * Words; dimension++)
        {
            sbyte[] levels = new sbyte[64 * Words];
            levels[dimension] = (sbyte)((dimension & 1) != 0 ? -QueryLevels.Max(4 * digits) : 5);
            byte[] codes = new byte[64 * Tile * Words * 8];
            codes[(dimension * 3 * Words * 8) + (dimension / 8)] = (byte)(128 >> (dimension % 8));
            Check(levels, digits, codes, Words, _ => 1);
        }
    }

    [Fact]
    public void APlaceIsThatOfOneCode()
    {
        int[] places = [.. Enumerable.Range(0, WeightedHammingArguments.MaxCodes)
            .Select(code => WeightedHammingArguments.Place(code / Tile, code % Tile))];
        Assert.Equal(Enumerable.Range(0, WeightedHammingArguments.MaxCodes), places.Order());
        Assert.Equal(
            Enumerable.Range(0, WeightedHammingArguments.MaxCodes), places.Select(WeightedHammingArguments.Code));
    }

    // Codes are given row by row here, dimension 0 first; the kernels read them in tiles.
    private static void Check(sbyte[] levels, int digits, byte[] codes, int words, Func<int, int> limitOf)
    {
        int bytes = 8 * words, count = codes.Length / bytes, queries = levels.Length / (64 * words);
        int[] limits = [.. Enumerable.Range(0, queries).Select(limitOf)];
        foreach (Isa isa in InstructionSets.Supported)
        {
            (int[] distances, int[] near) = Run(isa, levels, digits, codes, words, limits);
            for (int query = 0; query < queries; query++)
            {
                ReadOnlySpan<sbyte> asked = levels.AsSpan(query * 64 * words, 64 * words);
                int marked = 0;
                for (int code = 0; code < count; code++)
                {
                    int expected = Sum(asked, codes.AsSpan(code * bytes, bytes));
                    int place = WeightedHammingArguments.Place(code / Tile, code % Tile);
                    int distance = distances[(query * WeightedHammingArguments.MaxCodes) + place];
                    int word = near[(query * WeightedHammingArguments.MaxQuads) + (place / 32)];
                    bool isNear = ((word >> (place % 32)) & 1) != 0;
                    marked += isNear ? 1 : 0;
                    if (distance != expected || isNear != (expected < limits[query]))
                    {
                        Assert.Fail($"{isa}, {digits} digits: query {query}, code {code} of {count}: {distance}, near "
                            + $"{isNear}; is {expected}, limit {limits[query]}");
                    }
                }
                // None that is not there.
                Assert.Equal(marked, near.AsSpan(query * 16, 16).ToArray().Sum(int.PopCount));
            }
        }
    }

    private static int Sum(ReadOnlySpan<sbyte> levels, ReadOnlySpan<byte> code)
    {
        int sum = 0;
        for (int i = 0; i < levels.Length; i++)
        {
            int sign = (code[i / 8] & (128 >> (i % 8))) != 0 ? 1 : -1;
            sum += levels[i] * sign < 0 ? Math.Abs((int)levels[i]) : 0;
        }
        return sum;
    }

    private static (int[] Distances, int[] Near) Run(
        Isa isa, sbyte[] levels, int digits, byte[] codes, int words, int[] limits)
    {
        int tileCount = codes.Length / (8 * words * Tile), queries = limits.Length;
        ulong[] rows = MemoryMarshal.Cast<byte, ulong>(codes).ToArray();
        ulong[] tiles = new ulong[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            (int code, int word) = (i / words, i % words);
            tiles[(((code / Tile * words) + word) * Tile) + (code % Tile)] = rows[i];
        }
        int[] distances = Filled(queries * WeightedHammingArguments.MaxCodes);
        int[] near = Filled(queries * WeightedHammingArguments.MaxQuads);
        byte[] tables = new byte[queries * WeightedHammingArguments.TablesBytes(words, digits)];
        using GuardedMemory? guarded = OperatingSystem.IsLinux() ? GuardedMemory.Of(tiles) : null;
        fixed (sbyte* level = levels)
        fixed (byte* table = tables)
        fixed (ulong* plain = tiles)
        fixed (int* limit = limits, distance = distances, nearBits = near)
        {
            for (int query = 0; query < queries; query++)
            {
                WeightedHammingArguments.Prepare(level + (query * 64 * words), words, digits,
                    table + (query * WeightedHammingArguments.TablesBytes(words, digits)));
            }
            new KernelSet(isa).WeightedHamming.Run(new WeightedHammingArguments
            {
                Levels = level,
                Tables = table,
                Digits = digits,
                Limits = limit,
                QueryCount = queries,
                Tiles = guarded is null ? plain : (ulong*)guarded.Pointer,
                TileCount = tileCount,
                Words = words,
                Distances = distance + Guard,
                Near = (uint*)nearBits + Guard,
            });
        }
        return (Taken(distances), Taken(near));
    }

    private static int[] Filled(int length)
    {
        int[] memory = new int[length + (2 * Guard)];
        memory.AsSpan().Fill(Canary);
        return memory;
    }

    private static int[] Taken(int[] memory)
    {
        Assert.Equal(-1, memory.AsSpan(0, Guard).IndexOfAnyExcept(Canary));
        Assert.Equal(-1, memory.AsSpan(memory.Length - Guard).IndexOfAnyExcept(Canary));
        return memory[Guard..^Guard];
    }
}
