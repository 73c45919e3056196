using System.Runtime.Intrinsics;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.PackedDot;

namespace Sextant.Kernels.Tests;

/// <summary>
/// Scores of packed codes: every kernel against products of the unpacked numbers, which are packed here by a list of
/// bits, not by the reference's arithmetic.
/// </summary>
public sealed unsafe class PackedDotTests
{
    // Of a block of 3 bits: where bits 0, 1 and 2 of each group lie, as (word, bit).
    private static readonly (int Word, int Bit)[][] s_three =
    [
        [(0, 0), (0, 1), (0, 2)], [(0, 3), (0, 4), (0, 5)], [(1, 0), (1, 1), (1, 2)], [(1, 3), (1, 4), (1, 5)],
        [(0, 6), (0, 7), (1, 6)], [(2, 0), (2, 1), (2, 2)], [(2, 3), (2, 4), (2, 5)], [(2, 6), (2, 7), (1, 7)],
    ];

    public static TheoryData<int, int> Sizes()
    {
        var sizes = new TheoryData<int, int>();
        for (int bits = 1; bits <= PackedDotArguments.MaxBits; bits++)
        {
            foreach (int groups in (int[])[.. Enumerable.Range(1, 34), 63, 64, 65, 127, 128, 129, 257, 512])
                sizes.Add(bits, groups);
        }
        return sizes;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void EveryKernelMultipliesTheNumbersThatWerePacked(int bits, int groups)
    {
        var random = new Random((bits * 1000) + groups);
        foreach (int count in (int[])[0, 1, 7, 8, 9, 16, 21])
        {
            int[,] codes = new int[count, 8 * groups];
            for (int code = 0; code < count; code++)
            {
                for (int i = 0; i < 8 * groups; i++)
                    codes[code, i] = random.Next(1 << bits);
            }
            sbyte[] query = [.. Enumerable.Range(0, 8 * groups).Select(_ => (sbyte)random.Next(-127, 128))];
            Check(bits, groups, codes, query, random);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void TheLargestSumsDoNotOverflow(int bits, int groups)
    {
        int[,] codes = new int[8, 8 * groups];
        for (int code = 0; code < 8; code++)
        {
            for (int i = 0; i < 8 * groups; i++)
                codes[code, i] = (1 << bits) - 1;
        }
        foreach (sbyte value in (sbyte[])[127, -127])
            Check(bits, groups, codes, [.. Enumerable.Repeat(value, 8 * groups)], new Random(1));
    }

    [Fact]
    public void WordsHoldTheGroupsTheyAreCountedFor()
    {
        for (int bits = 1; bits <= PackedDotArguments.MaxBits; bits++)
        {
            for (int groups = 1; groups <= 300; groups++)
            {
                int words = PackedDotArguments.WordsOf(groups, bits);
                Assert.True(PackedDotArguments.GroupsOf(words, bits) >= groups);
                Assert.True(words == 1 || PackedDotArguments.GroupsOf(words - 1, bits) < groups);
            }
        }
    }

    // Processors without the instructions: on this one they are not taken.
    [Fact]
    public void PortableProductsAndSumsAreThoseOfIntegers()
    {
        var random = new Random(3);
        for (int round = 0; round < 1000; round++)
        {
            byte[] codes = [.. Enumerable.Range(0, 16).Select(_ => (byte)random.Next(16))];
            sbyte[] query = [.. Enumerable.Range(0, 16).Select(_ => (sbyte)random.Next(-127, 128))];
            Vector128<short> products = BitVector128Isa.MultiplyBytesPortable(
                Vector128.Create(codes), Vector128.Create(query).AsByte()).AsInt16();
            for (int i = 0; i < 8; i++)
                Assert.Equal((codes[2 * i] * query[2 * i]) + (codes[(2 * i) + 1] * query[(2 * i) + 1]), products[i]);
            Vector128<short> shorts = Vector128.Create(
                [.. Enumerable.Range(0, 8).Select(_ => (short)random.Next(short.MinValue, short.MaxValue + 1))]);
            Vector128<int> pairs = BitVector128Isa.AddPairsPortable(shorts.AsByte()).AsInt32();
            for (int i = 0; i < 4; i++)
                Assert.Equal(shorts[2 * i] + shorts[(2 * i) + 1], pairs[i]);
        }
    }

    private static void Check(int bits, int groups, int[,] codes, sbyte[] query, Random random)
    {
        int count = codes.GetLength(0), words = PackedDotArguments.WordsOf(groups, bits);
        ulong[] tiles = new ulong[(count + 7) / 8 * 8 * words];
        for (int code = 0; code < count; code++)
        {
            for (int i = 0; i < 8 * groups; i++)
            {
                for (int bit = 0; bit < bits; bit++)
                {
                    if ((codes[code, i] >> bit & 1) == 0)
                        continue;
                    (int word, int at) = Place(bits, i / 8, bit);
                    tiles[(code / 8 * words * 8) + (word * 8) + (code % 8)] |= 1ul << ((i % 8 * 8) + at);
                }
            }
        }
        // Whole words of the query, zero where the code has no dimension.
        sbyte[] padded = new sbyte[8 * PackedDotArguments.GroupsOf(words, bits)];
        query.CopyTo(padded, 0);
        float[] factors = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() + 0.01f)];
        float[] lengths = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
        const int Offset = 977;
        const float Scale = 0.0123f, Bias = -3.25f;
        foreach (bool hasLengths in (bool[])[false, true])
        {
            float[] expected = new float[count];
            for (int code = 0; code < count; code++)
            {
                int sum = 0;
                for (int i = 0; i < query.Length; i++)
                    sum += codes[code, i] * query[i];
                float product = (float)((2 * sum) - Offset) * factors[code];
                float scaled = product * Scale;
                float score = scaled + Bias;
                expected[code] = hasLengths ? score - lengths[code] : score;
            }
            foreach (Isa isa in InstructionSets.Supported)
            {
                using AlignedBuffer scores = new(count), f = AlignedBuffer.Of(factors), l = AlignedBuffer.Of(lengths);
                fixed (ulong* t = tiles)
                fixed (sbyte* q = padded)
                {
                    new KernelSet(isa).PackedDot.Run(new PackedDotArguments
                    {
                        Query = (ulong*)q,
                        Bits = bits,
                        Tiles = t,
                        Count = count,
                        Words = words,
                        Offset = Offset,
                        Scale = Scale,
                        Bias = Bias,
                        Factors = f.Pointer,
                        Lengths = hasLengths ? l.Pointer : null,
                        Scores = scores.Pointer,
                    });
                }
                for (int code = 0; code < count; code++)
                {
                    Assert.True(
                        BitConverter.SingleToInt32Bits(expected[code])
                            == BitConverter.SingleToInt32Bits(scores.Span[code]),
                        $"{isa}, {bits} bits, {groups} groups, code {code} of {count}: {scores.Span[code]}, not "
                            + $"{expected[code]}");
                }
            }
        }
    }

    private static (int Word, int Bit) Place(int bits, int group, int bit)
    {
        if (bits == 3)
        {
            (int word, int at) = s_three[group % 8][bit];
            return ((group / 8 * 3) + word, at);
        }
        int perWord = 8 / bits;
        return (group / perWord, (group % perWord * bits) + bit);
    }
}
