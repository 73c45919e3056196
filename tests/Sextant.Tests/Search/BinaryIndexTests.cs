using Sextant.Search;

namespace Sextant.Tests.Search;

[Collection(nameof(MeasuredAlone))]
public class BinaryIndexTests
{
    [Theory]
    [InlineData(1, 40)]
    [InlineData(7, 100)]
    [InlineData(8, 1000)]
    [InlineData(63, 333)]
    [InlineData(65, 2000)]
    [InlineData(100, 777)]
    [InlineData(256, 5000)]
    [InlineData(1024, 1500)]
    [InlineData(2112, 300)] // 33 words: more than the bytes of a kernel's sum can count
    public void FindsWhatSortingEverythingFinds(int bits, int count)
    {
        byte[] codes = Codes(bits, count, seed: bits);
        byte[] queries = Codes(bits, 70, seed: bits + 1);
        int bytes = (bits + 7) / 8;
        foreach (int threads in new[] { 1, 3 })
        {
            using BinaryIndex index = Filled(bits, codes, threads);
            foreach (int k in new[] { 1, 10, count - 1, count, count + 5 })
            {
                var hits = new BinaryHit[70 * k];
                int found = index.Search(queries, k, hits);
                Assert.Equal(Math.Min(k, count), found);
                for (int query = 0; query < 70; query += 23)
                {
                    BinaryHit[] expected = Sorted(queries.AsSpan(query * bytes, bytes), codes, bytes)[..found];
                    Assert.Equal(expected, hits.AsSpan(query * k, found).ToArray());
                    var alone = new BinaryHit[k];
                    Assert.Equal(found, index.Search(queries.AsSpan(query * bytes, bytes), alone));
                    Assert.Equal(expected, alone[..found]);
                }
            }
        }
    }

    [Fact]
    public void ShardsOfALargeSetGiveTheSame()
    {
        // 2 MB of codes: several shards on every team, several blocks of the scan, ties across their borders.
        byte[] codes = Codes(64, 250_000, seed: 1);
        byte[] queries = Codes(64, 12, seed: 2);
        using BinaryIndex one = Filled(64, codes, 1);
        foreach (int k in new[] { 1, 100, 10_000 })
        {
            BinaryHit[][] sorted = [.. Enumerable.Range(0, 12).Select(q =>
                Sorted(queries.AsSpan(q * 8, 8), codes, 8)[..k])];
            foreach (int threads in new[] { 1, 2, 4 })
            {
                using BinaryIndex index = Filled(64, codes, threads);
                var hits = new BinaryHit[12 * k];
                Assert.Equal(k, index.Search(queries, k, hits));
                Assert.Equal(sorted.SelectMany(row => row), hits);
            }
        }
    }

    [Fact]
    public void CodesAcrossBlocksOfMemoryKeepTheirIds()
    {
        // The longest codes: a block of memory holds 64 tiles of eight.
        byte[] code = new byte[BinaryIndex.MaxBits / 8];
        using var index = new BinaryIndex(BinaryIndex.MaxBits, 2);
        for (int i = 0; i < 1100; i++)
        {
            code[i] = 0xFF;
            Assert.Equal(i, index.Add(code));
        }
        var hits = new BinaryHit[2000];
        Assert.Equal(1100, index.Search(new byte[code.Length], hits));
        Assert.Equal(Enumerable.Range(0, 1100).Select(i => new BinaryHit(i, 8 * (i + 1))), hits[..1100]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0xFF)]
    public void EqualCodesAreOrderedByTheirIds(byte value)
    {
        byte[] codes = new byte[20_000 * 32];
        codes.AsSpan().Fill(value);
        foreach (int threads in new[] { 1, 4 })
        {
            using BinaryIndex index = Filled(256, codes, threads);
            foreach (int k in new[] { 1, 17, 10_000 })
            {
                var hits = new BinaryHit[k];
                index.Search(new byte[32], hits);
                int distance = value == 0 ? 0 : 256;
                Assert.Equal(Enumerable.Range(0, k).Select(id => new BinaryHit(id, distance)), hits);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CodesThatComeEverNearerOrFartherAreNoWorstCase(bool nearer)
    {
        const int Bits = 1000, Count = 30_000;
        var codes = new byte[Count * 125];
        for (int i = 0; i < Count; i++)
        {
            int distance = (nearer ? Count - 1 - i : i) * (Bits + 1) / Count;
            for (int bit = 0; bit < distance; bit++)
                codes[i * 125 + bit / 8] |= (byte)(128 >> (bit % 8));
        }
        using BinaryIndex index = Filled(Bits, codes, 2);
        var hits = new BinaryHit[1000];
        index.Search(new byte[125], hits);
        BinaryHit[] expected = Sorted(new byte[125], codes, 125)[..1000];
        Assert.Equal(expected, hits);
        var many = new BinaryHit[20 * 1000];
        index.Search(new byte[20 * 125], 1000, many);
        for (int query = 0; query < 20; query++)
            Assert.Equal(expected, many[(query * 1000)..][..1000]);
    }

    [Fact]
    public void ARangeHoldsAllWithinIt()
    {
        byte[] codes = Codes(100, 9000, seed: 5);
        byte[] query = Codes(100, 1, seed: 6);
        BinaryHit[] sorted = Sorted(query, codes, 13);
        foreach (int threads in new[] { 1, 3 })
        {
            using BinaryIndex index = Filled(100, codes, threads);
            foreach (int radius in new[] { 0, 30, 42, 50, 100, int.MaxValue })
            {
                BinaryHit[] expected = [.. sorted.TakeWhile(hit => hit.Distance <= radius)];
                foreach (int room in new[] { 0, 1, 20, 9000, 9005 })
                {
                    var hits = new BinaryHit[room];
                    Assert.Equal(expected.Length, index.SearchRange(query, radius, hits));
                    int written = Math.Min(room, expected.Length);
                    Assert.Equal(expected[..written], hits[..written]);
                    Assert.All(hits[written..], hit => Assert.Equal(default, hit));
                }
            }
        }
    }

    [Fact]
    public void NothingIsFoundInNothingAndNothingIsAskedFor()
    {
        using var index = new BinaryIndex(16);
        Assert.Equal(0, index.Search([1, 1], new BinaryHit[3]));
        Assert.Equal(0, index.SearchRange([1, 1], 16, new BinaryHit[3]));
        Assert.Equal(0, index.Add([]));
        Assert.Equal(0, index.Add([1, 2]));
        Assert.Equal(0, index.Search([1, 1], []));
        Assert.Equal(1, index.Search([], 5, [])); // one of each five, for no queries
        index.Clear();
        Assert.Equal(0, index.Search([1, 1], new BinaryHit[3]));
        Assert.Equal(0, index.Add([3, 0]));
        var hits = new BinaryHit[3];
        Assert.Equal(1, index.Search([0, 0], hits));
        Assert.Equal(new BinaryHit(0, 2), hits[0]);
    }

    [Fact]
    public void WhatIsNoCodeIsRefused()
    {
        using var index = new BinaryIndex(12);
        Assert.Throws<ArgumentException>(() => index.Add([1, 0x10, 1]));
        Assert.Contains("code 1", Assert.Throws<ArgumentException>(() => index.Add([1, 0x10, 1, 0x08])).Message,
            StringComparison.Ordinal);
        Assert.Equal(0, index.Count);
        Assert.Throws<ArgumentException>(() => index.Search([1], new BinaryHit[1]));
        Assert.Throws<ArgumentException>(() => index.Search([1, 1], new BinaryHit[1]));
        Assert.Throws<ArgumentException>(() => index.Search([1, 0, 1, 0], 2, new BinaryHit[3]));
        Assert.Throws<ArgumentException>(() => index.SearchRange([1, 1], 2, new BinaryHit[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => index.SearchRange([1, 0], -1, new BinaryHit[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryIndex(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryIndex(BinaryIndex.MaxBits + 1));
    }

    [Fact]
    public void ASearchAllocatesNothing()
    {
        using BinaryIndex index = Filled(256, Codes(256, 40_000, seed: 3), 2);
        byte[] queries = Codes(256, 70, seed: 4);
        var hits = new BinaryHit[70 * 100];
        Assert.Equal(0, Allocations.WhenSteady(() => index.Search(queries, 100, hits)));
        Assert.Equal(0, Allocations.WhenSteady(() => index.Search(queries.AsSpan(0, 32), hits)));
        Assert.Equal(0, Allocations.WhenSteady(() => index.SearchRange(queries.AsSpan(0, 32), 110, hits)));
    }

    [Fact]
    public void ManyThreadsSearchAtOnce()
    {
        byte[] codes = Codes(128, 60_000, seed: 7);
        byte[] queries = Codes(128, 16, seed: 8);
        using BinaryIndex index = Filled(128, codes, 2);
        BinaryHit[][] expected = [.. Enumerable.Range(0, 16).Select(q =>
            Sorted(queries.AsSpan(q * 16, 16), codes, 16)[..50])];
        Parallel.For(0, 64, i =>
        {
            var hits = new BinaryHit[50];
            index.Search(queries.AsSpan(i % 16 * 16, 16), hits);
            Assert.Equal(expected[i % 16], hits);
        });
    }

    internal static byte[] Codes(int bits, int count, int seed)
    {
        int bytes = (bits + 7) / 8;
        var codes = new byte[count * bytes];
        new Random(seed).NextBytes(codes);
        for (int last = bytes - 1; last < codes.Length && bits % 8 > 0; last += bytes)
            codes[last] &= (byte)(0xFF << (8 - bits % 8));
        return codes;
    }

    private static BinaryIndex Filled(int bits, byte[] codes, int threads)
    {
        var index = new BinaryIndex(bits, threads);
        // In two parts, so that a tile is continued.
        int split = codes.Length / index.CodeBytes / 3 * index.CodeBytes;
        index.Add(codes.AsSpan(0, split));
        index.Add(codes.AsSpan(split));
        return index;
    }

    private static BinaryHit[] Sorted(ReadOnlySpan<byte> query, byte[] codes, int bytes)
    {
        var hits = new BinaryHit[codes.Length / bytes];
        for (int id = 0; id < hits.Length; id++)
        {
            int distance = 0;
            for (int i = 0; i < bytes; i++)
                distance += byte.PopCount((byte)(query[i] ^ codes[id * bytes + i]));
            hits[id] = new BinaryHit(id, distance);
        }
        return [.. hits.OrderBy(hit => hit.Distance).ThenBy(hit => hit.Id)];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void OnlyWhatIsAllowedIsFound(int threads)
    {
        const int Bits = 200, Count = 9000;
        var random = new Random(77);
        using var index = new BinaryIndex(Bits, threads);
        byte[] codes = new byte[Count * index.CodeBytes];
        random.NextBytes(codes);
        index.Add(codes);
        byte[] query = codes[..index.CodeBytes];
        var all = new BinaryHit[Count];
        index.Search(query, all);
        foreach (int step in (int[])[1, 2, 9, 1000, 20_000])
        {
            var allowed = new IdSet(Count, id => id % step == step - 1);
            BinaryHit[] expected = [.. all.Where(hit => allowed.Contains(hit.Id))];
            foreach (int k in (int[])[1, 10, Count])
            {
                var hits = new BinaryHit[k];
                Assert.Equal(Math.Min(k, expected.Length), index.Search(query, hits, allowed));
                Assert.Equal(expected.Take(k), hits.Take(Math.Min(k, expected.Length)));
                // The same question many times at once.
                var many = new BinaryHit[20 * k];
                byte[] queries = [.. Enumerable.Repeat(query, 20).SelectMany(q => q)];
                Assert.Equal(Math.Min(k, expected.Length), index.Search(queries, k, many, allowed));
                for (int i = 0; i < 20; i++)
                    Assert.Equal(expected.Take(k), many.Skip(i * k).Take(Math.Min(k, expected.Length)));
            }
            BinaryHit[] near = [.. expected.Where(hit => hit.Distance <= 90)];
            var within = new BinaryHit[Count];
            Assert.Equal(near.Length, index.SearchRange(query, 90, within, allowed));
            Assert.Equal(near, within[..near.Length]);
        }
        Assert.Throws<ArgumentException>(() => index.Search(query, new BinaryHit[1], new IdSet(Count - 1)));
    }
}
