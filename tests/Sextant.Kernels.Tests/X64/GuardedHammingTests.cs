using System.Numerics;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.X64;

namespace Sextant.Kernels.Tests.X64;

/// <summary>Assembled Hamming distances at the end of their memory: any number of words, tiles and queries.</summary>
public unsafe class GuardedHammingTests
{
    [Fact]
    public void ScansTouchNothingThatIsNotTheirs()
    {
        if (!OperatingSystem.IsLinux() || !InstructionSets.IsSupported(Isa.Avx512Vnni)
            || !ProcessorBits.HasAvx512Vpopcntdq)
        {
            Assert.Skip("Needs Linux and a processor with AVX-512 VPOPCNTDQ.");
        }
        Assert.Null(KernelSet.MachineCodeProblem);
        var random = new Random(1);
        foreach (int words in new[] { 1, 2, 3, 6, 16, 33 })
        {
            foreach (int tiles in new[] { 0, 1, 2, 3, 8, 17 })
            {
                foreach (int queries in new[] { 1, 2, 3, 4, 5, 9 })
                    RunOne(random, words, tiles, queries);
            }
        }
    }

    private static void RunOne(Random random, int words, int tiles, int queries)
    {
        int codes = tiles * HammingArguments.TileCodes;
        var code = new ulong[words * codes];
        var query = new ulong[words * queries];
        for (int i = 0; i < code.Length; i++)
            code[i] = (ulong)random.NextInt64() ^ (ulong)random.NextInt64() << 1;
        for (int i = 0; i < query.Length; i++)
            query[i] = i % 5 == 0 ? ulong.MaxValue : (ulong)random.NextInt64();
        using GuardedMemory codeMemory = GuardedMemory.Of(code), queryMemory = GuardedMemory.Of(query);
        using var distances = new GuardedMemory(queries * codes * sizeof(int));
        HammingAvx512Popcount.Run(new HammingArguments
        {
            Queries = (ulong*)queryMemory.Pointer,
            QueryCount = queries,
            Tiles = (ulong*)codeMemory.Pointer,
            TileCount = tiles,
            Words = words,
            Distances = (int*)distances.Pointer,
        });
        for (int q = 0; q < queries; q++)
        {
            for (int c = 0; c < codes; c++)
            {
                int expected = 0;
                for (int w = 0; w < words; w++)
                {
                    ulong word = code[(((c / 8) * words) + w) * 8 + (c % 8)];
                    expected += BitOperations.PopCount(word ^ query[(q * words) + w]);
                }
                Assert.Equal(expected, ((int*)distances.Pointer)[(q * codes) + c]);
            }
        }
    }
}
