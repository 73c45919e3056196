using Sextant.Search;

namespace Sextant.Tests.Search;

/// <summary>Indexes that do not compare everything, against the one that does.</summary>
public class BinaryIndexesTests
{
    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 50 }, { 7, 300 }, { 8, 1 }, { 33, 2000 }, { 64, 5000 }, { 100, 3000 }, { 256, 4000 }, { 1031, 700 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void TablesFindWhatAScanFinds(int bits, int count)
    {
        (BinaryIndex expected, byte[] codes) = Make(bits, count);
        using (expected)
        using (var index = new MultiHashIndex(bits))
        {
            Assert.Equal(0, index.Search(codes.AsSpan(0, expected.CodeBytes), new BinaryHit[3]));
            index.Add(codes.AsSpan(0, codes.Length / expected.CodeBytes / 2 * expected.CodeBytes));
            index.Add(codes.AsSpan(codes.Length / expected.CodeBytes / 2 * expected.CodeBytes));
            Compare(expected, index, codes, allowed: null);
            Compare(expected, index, codes, new IdSet(count, id => id % 3 == 1));
            Assert.Throws<ArgumentException>(() => index.Search(new byte[expected.CodeBytes + 1], new BinaryHit[3]));
        }
    }

    [Fact]
    public void TablesAnswerForNearNeighboursWithoutAScan()
    {
        const int Bits = 128, Count = 20_000;
        (BinaryIndex expected, byte[] codes) = Make(Bits, Count);
        using (expected)
        using (var index = new MultiHashIndex(Bits))
        {
            index.Add(codes);
            // Each code in Make has a variant a few bits away; two are near, the rest is far.
            for (int id = 0; id < 200; id++)
            {
                var left = new BinaryHit[2];
                var right = new BinaryHit[2];
                ReadOnlySpan<byte> query = codes.AsSpan(id * 16, 16);
                Assert.Equal(2, expected.Search(query, left));
                Assert.Equal(2, index.Search(query, right));
                Assert.Equal(left, right);
            }
            Assert.Equal(0, index.WholeScans);
            index.Search(codes.AsSpan(0, 16), new BinaryHit[5000]);
            Assert.Equal(1, index.WholeScans);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void AllListsReadFindWhatAScanFinds(int bits, int count)
    {
        (BinaryIndex expected, byte[] codes) = Make(bits, count);
        using (expected)
        {
            using var index = BinaryIvfIndex.Train(bits, codes, Math.Min(count, 12));
            index.Add(codes);
            index.Probes = index.Lists;
            Compare(expected, index, codes, allowed: null);
            Compare(expected, index, codes, new IdSet(count, id => id % 5 < 2));
        }
    }

    [Fact]
    public void MoreListsFindMore()
    {
        const int Bits = 256, Count = 8000, K = 10;
        (BinaryIndex expected, byte[] codes) = Make(Bits, Count);
        using (expected)
        {
            using var index = BinaryIvfIndex.Train(Bits, codes, 64);
            index.Add(codes);
            Assert.Equal(4, index.Probes);
            double before = 0;
            foreach (int probes in (int[])[1, 4, 16, 64])
            {
                index.Probes = probes;
                int found = 0;
                for (int id = 0; id < 100; id++)
                {
                    var left = new BinaryHit[K];
                    var right = new BinaryHit[K];
                    expected.Search(codes.AsSpan(id * 80 * 32, 32), left);
                    int count = index.Search(codes.AsSpan(id * 80 * 32, 32), right);
                    found += left.Intersect(right[..count]).Count();
                }
                Assert.True(found > before, $"{probes} lists find {found}");
                before = found;
            }
            Assert.Equal(100 * K, before);
        }
    }

    [Fact]
    public void WhatIsNoSampleIsRefused()
    {
        Assert.Throws<ArgumentException>(() => BinaryIvfIndex.Train(64, new byte[15], 1));
        Assert.Throws<ArgumentException>(() => BinaryIvfIndex.Train(64, new byte[16], 3));
        using var index = BinaryIvfIndex.Train(64, new byte[16], 2); // equal codes: one list stays empty
        Assert.Throws<ArgumentOutOfRangeException>(() => index.Probes = 0);
        index.Add(new byte[24]);
        index.Probes = 2;
        var hits = new BinaryHit[5];
        Assert.Equal(3, index.Search(new byte[8], hits));
        Assert.Equal([new BinaryHit(0, 0), new BinaryHit(1, 0), new BinaryHit(2, 0)], hits[..3]);
    }

    private static void Compare(BinaryIndex expected, IBinaryIndex index, byte[] codes, IdSet? allowed)
    {
        Assert.Equal((expected.Bits, expected.Count), (index.Bits, index.Count));
        int bytes = expected.CodeBytes;
        foreach (int id in (int[])[0, expected.Count / 2, expected.Count - 1])
        {
            foreach (int k in (int[])[0, 1, 3, 40, expected.Count + 5])
            {
                var left = new BinaryHit[k];
                var right = new BinaryHit[k];
                int count = expected.Search(codes.AsSpan(id * bytes, bytes), left, allowed);
                Assert.Equal(count, index.Search(codes.AsSpan(id * bytes, bytes), right, allowed));
                Assert.Equal(left[..count], right[..count]);
            }
        }
    }

    // Clusters, near variants and duplicates.
    private static (BinaryIndex Index, byte[] Codes) Make(int bits, int count)
    {
        var random = new Random(bits);
        var index = new BinaryIndex(bits, 1);
        byte[] codes = new byte[count * index.CodeBytes];
        for (int id = 0; id < count; id++)
        {
            Span<byte> code = codes.AsSpan(id * index.CodeBytes, index.CodeBytes);
            if (id % 2 == 1)
                codes.AsSpan((id - 1) * index.CodeBytes, index.CodeBytes).CopyTo(code);
            else if (id % 10 == 8)
                codes.AsSpan(id / 2 * index.CodeBytes, index.CodeBytes).CopyTo(code);
            else
                random.NextBytes(code);
            for (int flips = random.Next(4); id % 2 == 1 && flips > 0; flips--)
            {
                int bit = random.Next(bits);
                code[bit / 8] ^= (byte)(0x80 >> (bit % 8));
            }
            if (bits % 8 != 0)
                code[^1] &= (byte)(0xFF << (8 - bits % 8));
        }
        index.Add(codes);
        return (index, codes);
    }
}
