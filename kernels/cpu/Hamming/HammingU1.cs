using System.Runtime.CompilerServices;

namespace Sextant.Kernels.Hamming;

// Hamming distances, bits, any vector width.   distances [Q,8·N] = popcount(queries [Q,W] ^ tiles [N,W,8])
// Layout    tiles: word w of eight codes is 64 bytes; a vector is one word of 8, 4 or 2 codes.
// Counting  each half of a byte is looked up in a table of 16 counts (byte shuffle). Bytes are added over at most 31
//           words (31 · 8 = 248), then summed into 64 bits.
// Registers four queries share each load and the splitting of the codes into half bytes: 4 sums of bytes, 4 of words,
//           2 halves, table, mask. Their own halves are split beforehand: per vector and query 2 xor, 2 look-ups, 2
//           adds.
// Bound     one query: memory. Four and more: arithmetic.
// Order     integers: any order gives the same.
// Measured  one query, 1 M codes from memory: Zen 4, one stream, 25–30 GB/s = 85–98 % of what reading reaches; Emerald
//           Rapids, two streams, 256, 512 and 1,024 bits: 11.9, 12.2 and 12.1 GB/s = 81 to 83 % in the record
//           (bench/results, hamming.json), 83 % and more in three short runs before it, while reading itself moved
//           between 11 and 17 GB/s, 2026-11. Many queries: HammingSliced.

internal static unsafe class HammingU1<TIsa, TVector>
    where TIsa : struct, IBitIsa<TVector>
    where TVector : struct
{
    private const int TileCodes = HammingArguments.TileCodes;
    private const int QueriesAtOnce = 4;
    private const int WordsPerSum = 31;
    private const ulong LowerHalves = 0x0F0F_0F0F_0F0F_0F0F;

    // How far ahead one query asks for codes, in words: a page.
    private const int Ahead = 4096 / sizeof(ulong);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Run(in HammingArguments a)
    {
        a.AssertValid();
        nint codes = a.TileCount * TileCodes;
        int query = 0;
        if (a.QueryCount >= QueriesAtOnce)
        {
            ulong* halves = stackalloc ulong[2 * QueriesAtOnce * a.Words];
            for (; query <= a.QueryCount - QueriesAtOnce; query += QueriesAtOnce)
            {
                Split(a.Queries + (nint)query * a.Words, a.Words, halves);
                Four(a, halves, a.Distances + query * codes);
            }
        }
        for (; query < a.QueryCount; query++)
            One(a, a.Queries + (nint)query * a.Words, a.Distances + query * codes);
    }

    // halves [W, 4 queries, lower and upper]
    private static void Split(ulong* queries, int words, ulong* halves)
    {
        for (int word = 0; word < words; word++)
        {
            for (int query = 0; query < QueriesAtOnce; query++)
            {
                ulong bits = queries[(nint)query * words + word];
                *halves++ = bits & LowerHalves;
                *halves++ = (bits >> 4) & LowerHalves;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(in HammingArguments a, ulong* halves, int* distances)
    {
        TVector table = TIsa.BitCounts, mask = TIsa.Broadcast(LowerHalves);
        int words = a.Words;
        nint codes = a.TileCount * TileCodes;
        ulong* tile = a.Tiles;
        for (nint code = 0; code < codes; code += TileCodes, tile += (nint)words * TileCodes)
        {
            for (int lane = 0; lane < TileCodes; lane += TIsa.Words)
            {
                TVector s0 = TIsa.Zero, s1 = TIsa.Zero, s2 = TIsa.Zero, s3 = TIsa.Zero;
                ulong* source = tile + lane;
                ulong* query = halves;
                for (int left = words; left > 0; left -= WordsPerSum)
                {
                    TVector b0 = TIsa.Zero, b1 = TIsa.Zero, b2 = TIsa.Zero, b3 = TIsa.Zero;
                    for (int word = Math.Min(left, WordsPerSum); word > 0; word--)
                    {
                        TVector bits = TIsa.Load(source);
                        TVector lower = TIsa.And(bits, mask);
                        TVector upper = TIsa.And(TIsa.UpperHalves(bits), mask);
                        b0 = TIsa.AddBytes(b0, Count(table, lower, upper, query));
                        b1 = TIsa.AddBytes(b1, Count(table, lower, upper, query + 2));
                        b2 = TIsa.AddBytes(b2, Count(table, lower, upper, query + 4));
                        b3 = TIsa.AddBytes(b3, Count(table, lower, upper, query + 6));
                        source += TileCodes;
                        query += 2 * QueriesAtOnce;
                    }
                    s0 = TIsa.AddWords(s0, TIsa.SumBytes(b0));
                    s1 = TIsa.AddWords(s1, TIsa.SumBytes(b1));
                    s2 = TIsa.AddWords(s2, TIsa.SumBytes(b2));
                    s3 = TIsa.AddWords(s3, TIsa.SumBytes(b3));
                }
                TIsa.StoreInts(distances + code + lane, s0);
                TIsa.StoreInts(distances + codes + code + lane, s1);
                TIsa.StoreInts(distances + 2 * codes + code + lane, s2);
                TIsa.StoreInts(distances + 3 * codes + code + lane, s3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Count(TVector table, TVector lower, TVector upper, ulong* query) => TIsa.AddBytes(
        TIsa.LookUp(table, TIsa.Xor(lower, TIsa.Broadcast(query[0]))),
        TIsa.LookUp(table, TIsa.Xor(upper, TIsa.Broadcast(query[1]))));

    // Two tiles at a time, half of the call apart: two streams ask the memory for more at once than one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(in HammingArguments a, ulong* query, int* distances)
    {
        nint half = a.TileCount / 2;
        ulong* tile = a.Tiles;
        ulong* other = tile + half * a.Words * TileCodes;
        int* otherDistances = distances + half * TileCodes;
        TVector table = TIsa.BitCounts, mask = TIsa.Broadcast(LowerHalves);
        int words = a.Words;
        for (nint left = half; left > 0; left--)
        {
            for (int lane = 0; lane < TileCodes; lane += TIsa.Words)
            {
                TVector sum = TIsa.Zero, otherSum = TIsa.Zero;
                nint at = lane;
                for (int first = 0; first < words; first += WordsPerSum)
                {
                    TVector bytes = TIsa.Zero, otherBytes = TIsa.Zero;
                    int end = Math.Min(words, first + WordsPerSum);
                    for (int word = first; word < end; word++, at += TileCodes)
                    {
                        TIsa.Prefetch(tile + at + Ahead);
                        TIsa.Prefetch(other + at + Ahead);
                        TVector bits = TIsa.Broadcast(query[word]);
                        bytes = TIsa.AddBytes(bytes, Count(table, mask, TIsa.Xor(TIsa.Load(tile + at), bits)));
                        otherBytes = TIsa.AddBytes(
                            otherBytes, Count(table, mask, TIsa.Xor(TIsa.Load(other + at), bits)));
                    }
                    sum = TIsa.AddWords(sum, TIsa.SumBytes(bytes));
                    otherSum = TIsa.AddWords(otherSum, TIsa.SumBytes(otherBytes));
                }
                TIsa.StoreInts(distances + lane, sum);
                TIsa.StoreInts(otherDistances + lane, otherSum);
            }
            tile += words * TileCodes;
            other += words * TileCodes;
            distances += TileCodes;
            otherDistances += TileCodes;
        }
        if ((a.TileCount & 1) != 0)
            Last(other, query, words, otherDistances);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Last(ulong* tile, ulong* query, int words, int* distances)
    {
        TVector table = TIsa.BitCounts, mask = TIsa.Broadcast(LowerHalves);
        for (int lane = 0; lane < TileCodes; lane += TIsa.Words)
        {
            TVector sum = TIsa.Zero;
            for (int word = 0; word < words; word++)
            {
                TVector bits = TIsa.Xor(TIsa.Load(tile + (word * TileCodes) + lane), TIsa.Broadcast(query[word]));
                sum = TIsa.AddWords(sum, TIsa.SumBytes(Count(table, mask, bits)));
            }
            TIsa.StoreInts(distances + lane, sum);
        }
    }

    // The bits that are set in each byte.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Count(TVector table, TVector mask, TVector bits) => TIsa.AddBytes(
        TIsa.LookUp(table, TIsa.And(bits, mask)), TIsa.LookUp(table, TIsa.And(TIsa.UpperHalves(bits), mask)));
}
