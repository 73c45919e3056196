using Sextant.Kernels.WeightedHamming;
using Sextant.Search;

namespace Sextant.Gpu.Tests;

/// <summary>The index on a device finds what the CPU's finds, in the same order.</summary>
public sealed class DeviceBinaryIndexTests
{
    [Theory]
    [InlineData(64, 1, 1, 1)]
    [InlineData(64, 5000, 10, 3)]
    [InlineData(1024, 3000, 100, 64)]
    [InlineData(4096, 700, 7, 5)]
    [InlineData(100, 1000, 1000, 2)]
    [InlineData(7, 2000, 25, 9)]
    [InlineData(256, 255, 300, 4)]
    [InlineData(256, 257, 20, 4)]
    public void HitsAreTheCpusOwn(int bits, int codes, int k, int queries)
    {
        using var index = new DeviceBinaryIndex(DeviceHere.Device, bits);
        using var expected = new BinaryIndex(bits);
        var random = new Random(bits + codes);
        byte[] stored = Codes(random, bits, codes), asked = Codes(random, bits, queries);
        // Some queries are stored codes, and many codes are equal, so that ties have to be broken by id.
        stored.AsSpan(0, index.CodeBytes).CopyTo(asked);
        for (int i = 1; i < codes; i += 3)
            stored.AsSpan(random.Next(i) * index.CodeBytes, index.CodeBytes).CopyTo(stored.AsSpan(i * index.CodeBytes));
        int half = codes / 2 * index.CodeBytes;
        Assert.Equal(0, index.Add(stored.AsSpan(0, half)));
        Assert.Equal(codes / 2, index.Add(stored.AsSpan(half)));
        expected.Add(stored);
        var hits = new BinaryHit[queries * k];
        var wanted = new BinaryHit[queries * k];
        Assert.Equal(expected.Search(asked, k, wanted), index.Search(asked, k, hits));
        Assert.Equal(wanted, hits);
        // Again, and with another k, in the memory of the first search.
        Assert.Equal(
            expected.Search(asked, 1, wanted.AsSpan(0, queries)), index.Search(asked, 1, hits.AsSpan(0, queries)));
        Assert.Equal(wanted.AsSpan(0, queries), hits.AsSpan(0, queries));
        // Some ids, few, one, none, all: of a set that is larger than the index.
        foreach (Predicate<int> accepts in (Predicate<int>[])
            [id => id % 3 == 1, id => id % 97 == 5, id => id == codes - 1, _ => false, _ => true])
        {
            var allowed = new IdSet(codes + 100, accepts);
            Array.Clear(wanted);
            Array.Clear(hits);
            Assert.Equal(expected.Search(asked, k, wanted, allowed), index.Search(asked, k, hits, allowed));
            Assert.Equal(wanted, hits);
        }
    }

    /// <summary>More codes than a block of device memory holds, on both kinds of kernels.</summary>
    [Fact]
    public void CodesOfSeveralBlocksAreFoundUnderAFilter()
    {
        const int Bits = 128, Codes = 9000;
        byte[] stored = DeviceBinaryIndexTests.Codes(new Random(3), Bits, Codes);
        using var expected = new BinaryIndex(Bits);
        expected.Add(stored);
        foreach (GpuDevice device in DeviceHere.Kinds.Cast<GpuDevice>())
        {
            using var index = new DeviceBinaryIndex(device.Driver, Bits, blockBytes: 4 * 256 * (Bits / 8));
            index.Add(stored);
            foreach (IdSet? allowed in (IdSet?[])[null, new IdSet(Codes, id => id % 7 < 3)])
            {
                var wanted = new BinaryHit[3 * 50];
                var hits = new BinaryHit[3 * 50];
                ReadOnlySpan<byte> asked = stored.AsSpan(5000 * (Bits / 8), 3 * (Bits / 8));
                Assert.Equal(expected.Search(asked, 50, wanted, allowed), index.Search(asked, 50, hits, allowed));
                Assert.Equal(wanted, hits);
            }
        }
    }

    [Theory]
    [InlineData(4, 100, 300)]
    [InlineData(8, 70, 300)]
    [InlineData(4, 1024, 3000)]
    [InlineData(8, 4096, 600)]
    [InlineData(8, 64, 1)]
    public void DistancesOfRoundedQueries(int queryBits, int bits, int count)
    {
        using var index = new DeviceBinaryIndex(DeviceHere.Device, bits);
        Assert.Equal(0, index.Distances(new float[bits], queryBits).Length);
        var random = new Random(bits);
        byte[] codes = Codes(random, bits, count);
        index.Add(codes);
        float[] query = [.. Enumerable.Range(0, bits).Select(_ => random.NextSingle() - 0.5f)];
        sbyte[] levels = new sbyte[bits];
        QueryLevels.Quantize(query, queryBits, levels);
        int[] expected = [.. Enumerable.Range(0, count).Select(code => Enumerable.Range(0, bits).Sum(i =>
        {
            bool isPositive = (codes[(code * index.CodeBytes) + (i / 8)] & (128 >> (i % 8))) != 0;
            return isPositive == levels[i] > 0 ? 0 : Math.Abs((int)levels[i]);
        }))];
        Assert.Equal(expected, index.Distances(query, queryBits).ToArray());
    }

    [Fact]
    public void WrongRequestsAreRefused()
    {
        using var index = new DeviceBinaryIndex(DeviceHere.Device, 100);
        Assert.Equal(0, index.Search(new byte[13], 5, new BinaryHit[5]));
        Assert.Throws<ArgumentException>(() => index.Add(new byte[14]));
        Assert.Throws<ArgumentException>(() => index.Add([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]));
        Assert.Throws<ArgumentException>(() => index.Search(new byte[13], 5, new BinaryHit[4]));
        index.Add(new byte[2 * 13]);
        Assert.Throws<ArgumentException>(() => index.Search(new byte[13], 1, new BinaryHit[1], new IdSet(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DeviceBinaryIndex(DeviceHere.Device, 4097));
        Assert.Throws<UnsupportedRequestException>(() => new DeviceBinaryIndex(Backends.Device.Cpu, 64));
    }

    private static byte[] Codes(Random random, int bits, int count)
    {
        int bytes = (bits + 7) / 8;
        var codes = new byte[bytes * count];
        random.NextBytes(codes);
        for (int last = bytes - 1; last < codes.Length; last += bytes)
            codes[last] &= (byte)(0xFF << ((8 * bytes) - bits));
        return codes;
    }
}
