using System.Runtime.CompilerServices;

namespace Sextant.Kernels.Hamming;

// Hamming distances of many queries, bits, any vector width.
// Layout    64 tiles are transposed, word by word: slice b holds bit b of 512 codes (or of as many as a vector has).
// Tables    for three slices x, y, z and each of the eight patterns q that three bits of a query can have: parity and
//           majority of x ^ q0, y ^ q1, z ^ q2, which are the two bits of the number of differences. They are made once
//           for all queries, so a query's first adder, of three inputs, is a load.
// Adding    full adders over bit planes (carry-save, as Harley and Seal count bits): a word has 21 such triples and one
//           bit; with what came before, 22 inputs of weight 1 make 11 carries, with the majorities 32 of weight 2 make
//           16, then 8, 4, 2, 1: 42 adders of two operations each for 64 bits of 512 codes.
// Compare   a borrow runs through the planes against the limit: one bit per code comes out.
// Bound     arithmetic: for each word, query and vector of codes 84 operations (five times as many without a
//           three-input one) and 43 loads, from tables of 21 KiB that stay in the first-level cache while all queries
//           pass.
// Order     integers: any order gives the same.
// Measured  64 queries, 1 M codes of 256, 512 and 1,024 bits from memory, one thread of an Emerald Rapids: 19.9, 36.0
//           and 75.8 ms, 2026-11 (bench/results, hamming-batch.json). In turns with the byte-shuffle tables that were
//           here before, whole searches at 256 bits on a busy machine: medians of 3,350 against 1,510 queries a second.

internal static unsafe class HammingSliced<TIsa, TVector>
    where TIsa : struct, IBitIsa<TVector>
    where TVector : struct
{
    private const int TileCodes = HammingArguments.TileCodes;
    private const int Triples = HammingBatchArguments.Triples;
    private const int WordBits = 64;

    // Weights below a word's bits: the planes that the adders of one word end in.
    private const int AddedPlanes = 6;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Run(in HammingBatchArguments a)
    {
        a.AssertValid();
        const int TableBytes = HammingBatchArguments.PatternsPerWord * HammingBatchArguments.GroupBytes;
        byte* memory = stackalloc byte[(WordBits * TileCodes * sizeof(ulong)) + TableBytes + 64];
        ulong* slices = (ulong*)(((nint)memory + 63) & ~63);
        byte* table = (byte*)(slices + (WordBits * TileCodes));
        int planes = HammingBatchArguments.PlaneCount(a.Words);
        ulong present = a.TileCount == HammingBatchArguments.MaxTiles ? ulong.MaxValue : (1ul << a.TileCount) - 1;
        for (int lane = 0; lane < TileCodes; lane += TIsa.Words)
        {
            for (int word = 0; word < a.Words; word++)
            {
                Transpose(a.Tiles + (word * TileCodes) + lane, a.TileCount, (nint)a.Words * TileCodes, slices);
                FillTable(slices, table);
                ushort* patterns = a.Patterns + ((nint)word * HammingBatchArguments.PatternsPerWord);
                ulong* sums = a.Planes + lane;
                for (int query = 0; query < a.QueryCount; query++)
                {
                    AddWord(table, patterns, sums, word == 0, planes);
                    patterns += (nint)a.Words * HammingBatchArguments.PatternsPerWord;
                    sums += planes * TileCodes;
                }
            }
            for (int query = 0; query < a.QueryCount; query++)
            {
                TVector near = Below(a.Planes + ((nint)query * planes * TileCodes) + lane, planes, a.Limits[query]);
                TIsa.Store(a.Near + ((nint)query * TileCodes) + lane, TIsa.And(near, TIsa.Broadcast(present)));
            }
        }
    }

    // slices [64, 8]: bit t of slice b is bit b of tile t's code, in each lane; tiles that are not there count as
    // zeros. A matrix of 64 × 64 bits turns by exchanging halves, then quarters, and so on: eight vectors take part in
    // three such steps without leaving the registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(ulong* tiles, int count, nint stride, ulong* slices)
    {
        for (int first = 0; first < 8; first++)
        {
            TVector r0 = Row(tiles, first, count, stride), r1 = Row(tiles, first + 8, count, stride);
            TVector r2 = Row(tiles, first + 16, count, stride), r3 = Row(tiles, first + 24, count, stride);
            TVector r4 = Row(tiles, first + 32, count, stride), r5 = Row(tiles, first + 40, count, stride);
            TVector r6 = Row(tiles, first + 48, count, stride), r7 = Row(tiles, first + 56, count, stride);
            TVector mask = TIsa.Broadcast(0x0000_0000_FFFF_FFFF);
            Exchange(ref r0, ref r4, 32, mask);
            Exchange(ref r1, ref r5, 32, mask);
            Exchange(ref r2, ref r6, 32, mask);
            Exchange(ref r3, ref r7, 32, mask);
            mask = TIsa.Broadcast(0x0000_FFFF_0000_FFFF);
            Exchange(ref r0, ref r2, 16, mask);
            Exchange(ref r1, ref r3, 16, mask);
            Exchange(ref r4, ref r6, 16, mask);
            Exchange(ref r5, ref r7, 16, mask);
            mask = TIsa.Broadcast(0x00FF_00FF_00FF_00FF);
            Exchange(ref r0, ref r1, 8, mask);
            Exchange(ref r2, ref r3, 8, mask);
            Exchange(ref r4, ref r5, 8, mask);
            Exchange(ref r6, ref r7, 8, mask);
            StoreEight(slices + (first * TileCodes), 8 * TileCodes, r0, r1, r2, r3, r4, r5, r6, r7);
        }
        for (int first = 0; first < WordBits; first += 8)
        {
            ulong* rows = slices + (first * TileCodes);
            TVector r0 = TIsa.Load(rows), r1 = TIsa.Load(rows + 8), r2 = TIsa.Load(rows + 16);
            TVector r3 = TIsa.Load(rows + 24), r4 = TIsa.Load(rows + 32), r5 = TIsa.Load(rows + 40);
            TVector r6 = TIsa.Load(rows + 48), r7 = TIsa.Load(rows + 56);
            TVector mask = TIsa.Broadcast(0x0F0F_0F0F_0F0F_0F0F);
            Exchange(ref r0, ref r4, 4, mask);
            Exchange(ref r1, ref r5, 4, mask);
            Exchange(ref r2, ref r6, 4, mask);
            Exchange(ref r3, ref r7, 4, mask);
            mask = TIsa.Broadcast(0x3333_3333_3333_3333);
            Exchange(ref r0, ref r2, 2, mask);
            Exchange(ref r1, ref r3, 2, mask);
            Exchange(ref r4, ref r6, 2, mask);
            Exchange(ref r5, ref r7, 2, mask);
            mask = TIsa.Broadcast(0x5555_5555_5555_5555);
            Exchange(ref r0, ref r1, 1, mask);
            Exchange(ref r2, ref r3, 1, mask);
            Exchange(ref r4, ref r5, 1, mask);
            Exchange(ref r6, ref r7, 1, mask);
            StoreEight(rows, TileCodes, r0, r1, r2, r3, r4, r5, r6, r7);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Row(ulong* tiles, int row, int count, nint stride)
    {
        if (row >= count)
            return TIsa.Zero;
        ulong* words = tiles + (row * stride);
        TIsa.Prefetch(words + (HammingBatchArguments.MaxTiles * stride)); // the next block, which mostly lies there
        return TIsa.Load(words);
    }

    // The upper bits of each pair of fields in a change places with the lower ones in b.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exchange(ref TVector a, ref TVector b, int count, TVector lower)
    {
        TVector first = TIsa.Select(lower, a, TIsa.ShiftWordsLeft(b, count));
        b = TIsa.Select(lower, TIsa.ShiftWordsRight(a, count), b);
        a = first;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreEight(
        ulong* rows, int stride, TVector r0, TVector r1, TVector r2, TVector r3, TVector r4, TVector r5, TVector r6,
        TVector r7)
    {
        TIsa.Store(rows, r0);
        TIsa.Store(rows + stride, r1);
        TIsa.Store(rows + (2 * stride), r2);
        TIsa.Store(rows + (3 * stride), r3);
        TIsa.Store(rows + (4 * stride), r4);
        TIsa.Store(rows + (5 * stride), r5);
        TIsa.Store(rows + (6 * stride), r6);
        TIsa.Store(rows + (7 * stride), r7);
    }

    // table [22, 8 patterns]: parity and majority of three slices; of the last slice alone, itself or its complement.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillTable(ulong* slices, byte* table)
    {
        TVector ones = TIsa.Broadcast(ulong.MaxValue);
        for (int triple = 0; triple < Triples; triple++, table += HammingBatchArguments.GroupBytes)
        {
            TVector x = TIsa.Load(slices), y = TIsa.Load(slices + TileCodes), z = TIsa.Load(slices + (2 * TileCodes));
            slices += 3 * TileCodes;
            TVector notX = TIsa.Xor(x, ones), notY = TIsa.Xor(y, ones), notZ = TIsa.Xor(z, ones);
            TVector odd = TIsa.Xor(TIsa.Xor(x, y), z), even = TIsa.Xor(odd, ones);
            Put(table, 0, odd, TIsa.Majority(x, y, z));
            Put(table, 1, even, TIsa.Majority(notX, y, z));
            Put(table, 2, even, TIsa.Majority(x, notY, z));
            Put(table, 3, odd, TIsa.Majority(notX, notY, z));
            Put(table, 4, even, TIsa.Majority(x, y, notZ));
            Put(table, 5, odd, TIsa.Majority(notX, y, notZ));
            Put(table, 6, odd, TIsa.Majority(x, notY, notZ));
            Put(table, 7, even, TIsa.Majority(notX, notY, notZ));
        }
        TVector last = TIsa.Load(slices);
        TIsa.Store((ulong*)table, last);
        TIsa.Store((ulong*)(table + HammingBatchArguments.PatternBytes), TIsa.Xor(last, ones));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(byte* group, int pattern, TVector parity, TVector majority)
    {
        ulong* place = (ulong*)(group + (pattern * HammingBatchArguments.PatternBytes));
        TIsa.Store(place, parity);
        TIsa.Store(place + TileCodes, majority);
    }

    // planes [planes, 8] += the differences of one word, or = where it is the first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWord(byte* table, ushort* patterns, ulong* planes, bool isFirst, int count)
    {
        TVector ones = TIsa.Zero, twos = ones, fours = ones, eights = ones, sixteens = ones, thirtyTwos = ones;
        if (!isFirst)
        {
            ones = TIsa.Load(planes);
            twos = TIsa.Load(planes + TileCodes);
            fours = TIsa.Load(planes + (2 * TileCodes));
            eights = TIsa.Load(planes + (3 * TileCodes));
            sixteens = TIsa.Load(planes + (4 * TileCodes));
            thirtyTwos = TIsa.Load(planes + (5 * TileCodes));
        }
        // Four triples give three carries of weight 4, eight give three of weight 8.
        TVector a = Four(table, patterns, ref ones, ref twos, ref fours, out TVector left);
        TVector b = Four(table, patterns + 4, ref ones, ref twos, ref fours, out TVector right);
        TVector e = TIsa.Add(ref fours, left, right);
        TVector s = TIsa.Add(ref eights, a, b);
        a = Four(table, patterns + 8, ref ones, ref twos, ref fours, out left);
        TVector t = TIsa.Add(ref eights, e, a);
        a = Four(table, patterns + 12, ref ones, ref twos, ref fours, out right);
        e = TIsa.Add(ref fours, left, right);
        TVector u = TIsa.Add(ref sixteens, s, t);
        s = TIsa.Add(ref eights, a, e);
        a = Four(table, patterns + 16, ref ones, ref twos, ref fours, out left);
        // The last triple and the bit behind it.
        byte* last = table + patterns[20];
        TVector carry = TIsa.Add(ref ones, TIsa.Load((ulong*)last), TIsa.Load((ulong*)(table + patterns[21])));
        carry = TIsa.Add(ref twos, TIsa.Load((ulong*)last + TileCodes), carry);
        b = TIsa.Add(ref fours, left, carry);
        t = TIsa.Add(ref eights, a, b);
        a = TIsa.Add(ref sixteens, s, t);
        carry = TIsa.Add(ref thirtyTwos, u, a);
        TIsa.Store(planes, ones);
        TIsa.Store(planes + TileCodes, twos);
        TIsa.Store(planes + (2 * TileCodes), fours);
        TIsa.Store(planes + (3 * TileCodes), eights);
        TIsa.Store(planes + (4 * TileCodes), sixteens);
        TIsa.Store(planes + (5 * TileCodes), thirtyTwos);
        for (int plane = AddedPlanes; plane < count; plane++)
        {
            ulong* place = planes + (plane * TileCodes);
            TVector before = isFirst ? TIsa.Zero : TIsa.Load(place);
            TIsa.Store(place, TIsa.Xor(before, carry));
            carry = TIsa.And(before, carry);
        }
    }

    // Adds four triples; returns two of weight 4 added up to one of weight 8, and one of weight 4 as it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Four(
        byte* table, ushort* patterns, ref TVector ones, ref TVector twos, ref TVector fours, out TVector left)
    {
        TVector first = Two(table + patterns[0], table + patterns[1], ref ones, ref twos, out TVector a);
        TVector second = Two(table + patterns[2], table + patterns[3], ref ones, ref twos, out TVector b);
        left = TIsa.Add(ref twos, a, b);
        return TIsa.Add(ref fours, first, second);
    }

    // Adds two triples; returns one of weight 4, and one of weight 2 as it is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Two(byte* first, byte* second, ref TVector ones, ref TVector twos, out TVector left)
    {
        left = TIsa.Add(ref ones, TIsa.Load((ulong*)first), TIsa.Load((ulong*)second));
        return TIsa.Add(
            ref twos, TIsa.Load((ulong*)first + TileCodes), TIsa.Load((ulong*)second + TileCodes));
    }

    // A one for each number below the limit, which has no more bits than there are planes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Below(ulong* planes, int count, int limit)
    {
        TVector below = TIsa.Zero, ones = TIsa.Broadcast(ulong.MaxValue);
        for (int plane = 0; plane < count; plane++, limit >>= 1)
        {
            TVector bit = TIsa.Broadcast(0ul - (ulong)(limit & 1));
            below = TIsa.Majority(TIsa.Xor(TIsa.Load(planes + (plane * TileCodes)), ones), bit, below);
        }
        return below;
    }
}
