using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sextant.Kernels.Hamming;

namespace Sextant.Kernels.WeightedHamming;

// Distances of queries in 4 or 8 bits to codes of signs, any vector width.
// Layout    a vector is one word of 8, 4 or 2 codes. Eight tiles are turned so that 16 bytes hold one byte of 16 codes:
//           a byte shuffle within 16 bytes, then three steps of interleaving. What comes out is two codes by eight
//           tiles, in the order 0 4 1 5 2 6 3 7 of the tiles, so that sums of even bytes are of tiles 0 … 3.
// Counting  each half byte of a code is looked up in the query's table for that place: what its four dimensions add.
//           Sums of up to eight look-ups of one digit (8 · 4 · 7 = 224), or four of a digit to 15 (4 · 60 = 240), fit
//           into bytes; those are added as even and odd bytes in 16 bits, over at most eight words
//           (512 · 127 = 65,024), and from there in 32.
// Digits    a query in 8 bits is 16 · high + low: two passes over the codes' half bytes.
// Registers 8 vectors of codes while they turn; then a sum of bytes, two of words, half bytes and tables from memory.
// Bound     one query in 4 bits: memory. Many: 16 look-ups a word and vector of codes, from half bytes in the
//           first-level cache.
// Order     integers: any order gives the same.
// Measured  16,384 codes from memory, one query in 4 bits, beside the 1-bit scan of HammingU1 (bench kernels, Zen 5, a
//           busy machine, 2026-12). 256 bits: AVX-512 13.5 against 12.6 µs, AVX2 20.7 against 13.9. 1,024 bits: 46
//           against 43, 77 against 48. In 8 bits: 18, 28, 67 and 109. Three AND and popcount passes over bit planes of
//           the magnitudes in 4 bits, with byte shuffles as HammingU1's: 14.8, 28.9, 53 and 105.
// Edges     a group of fewer than eight tiles reads its last one again; nothing after it is read.

internal static unsafe class WeightedHammingU1<TIsa, TVector>
    where TIsa : struct, IBitIsa<TVector>
    where TVector : struct
{
    private const int TileCodes = HammingArguments.TileCodes;
    private const int GroupTiles = 8;
    private const int WordsAtOnce = 8;
    private const int HalvesPerWord = 16;
    private const int VectorBytes = 64;  // room of one, whatever its width
    private const int TableBytes = WeightedHammingArguments.TableBytes;
    private const int MaxQuads = WeightedHammingArguments.MaxQuads;
    private const int QuadCodes = WeightedHammingArguments.QuadCodes;

    // How far ahead codes are asked for, in words. A page is too near: up to twice as slow.
    private const int Ahead = 16384 / sizeof(ulong);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Run(in WeightedHammingArguments a)
    {
        a.AssertValid();
        byte* memory = stackalloc byte[(WordsAtOnce * HalvesPerWord * VectorBytes) + VectorBytes];
        byte* halves = (byte*)(((nint)memory + VectorBytes - 1) & -VectorBytes);
        for (int tile = 0; tile < a.TileCount; tile += GroupTiles)
        {
            int quad = tile / WeightedHammingArguments.QuadTiles;
            for (int word = 0; word < a.Words; word += WordsAtOnce)
            {
                int words = Math.Min(WordsAtOnce, a.Words - word);
                for (int lane = 0; lane < TileCodes; lane += TIsa.Words)
                {
                    Turn(a, tile, word, words, lane, halves);
                    int* to = a.Distances + (quad * QuadCodes) + (lane * WeightedHammingArguments.QuadTiles);
                    byte* tables = a.Tables + ((nint)word * TableBytes);
                    for (int query = 0; query < a.QueryCount; query++)
                    {
                        Add(a, tables, halves, words, to, word == 0);
                        to += WeightedHammingArguments.MaxCodes;
                        tables += WeightedHammingArguments.TablesBytes(a.Words, a.Digits);
                    }
                }
            }
        }
        Compare(a);
    }

    // halves [words, 8 bytes of a word, lower and upper, vector].
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(in WeightedHammingArguments a, int tile, int word, int words, int lane, byte* halves)
    {
        nint stride = (nint)a.Words * TileCodes;
        int last = a.TileCount - tile - 1;
        ulong* t0 = a.Tiles + (tile * stride) + (word * TileCodes) + lane;
        ulong* t1 = t0 + (Math.Min(1, last) * stride), t2 = t0 + (Math.Min(2, last) * stride);
        ulong* t3 = t0 + (Math.Min(3, last) * stride), t4 = t0 + (Math.Min(4, last) * stride);
        ulong* t5 = t0 + (Math.Min(5, last) * stride), t6 = t0 + (Math.Min(6, last) * stride);
        ulong* t7 = t0 + (Math.Min(7, last) * stride);
        TVector pairs = TIsa.PairsOfWords, mask = TIsa.Broadcast(0x0F0F_0F0F_0F0F_0F0F);
        for (nint at = 0; at < words * TileCodes; at += TileCodes)
        {
            TVector r0 = Row(t0 + at, pairs), r1 = Row(t2 + at, pairs), r2 = Row(t1 + at, pairs);
            TVector r3 = Row(t3 + at, pairs), r4 = Row(t4 + at, pairs), r5 = Row(t6 + at, pairs);
            TVector r6 = Row(t5 + at, pairs), r7 = Row(t7 + at, pairs);
            Interleave(ref r0, ref r1);
            Interleave(ref r2, ref r3);
            Interleave(ref r4, ref r5);
            Interleave(ref r6, ref r7);
            Interleave(ref r0, ref r2);
            Interleave(ref r1, ref r3);
            Interleave(ref r4, ref r6);
            Interleave(ref r5, ref r7);
            Interleave(ref r0, ref r4);
            Interleave(ref r1, ref r5);
            Interleave(ref r2, ref r6);
            Interleave(ref r3, ref r7);
            Split(r0, mask, halves);
            Split(r4, mask, halves + (2 * VectorBytes));
            Split(r2, mask, halves + (4 * VectorBytes));
            Split(r6, mask, halves + (6 * VectorBytes));
            Split(r1, mask, halves + (8 * VectorBytes));
            Split(r5, mask, halves + (10 * VectorBytes));
            Split(r3, mask, halves + (12 * VectorBytes));
            Split(r7, mask, halves + (14 * VectorBytes));
            halves += HalvesPerWord * VectorBytes;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Row(ulong* source, TVector pairs)
    {
        TIsa.Prefetch(source + Ahead);
        return TIsa.LookUp(TIsa.Load(source), pairs);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(ref TVector a, ref TVector b)
    {
        TVector lower = TIsa.InterleaveLower(a, b);
        b = TIsa.InterleaveUpper(a, b);
        a = lower;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(TVector bytes, TVector mask, byte* halves)
    {
        TIsa.Store((ulong*)halves, TIsa.And(bytes, mask));
        TIsa.Store((ulong*)(halves + VectorBytes), TIsa.And(TIsa.UpperHalves(bytes), mask));
    }

    // Adds what some words of the codes of a group differ by to the distances of one query.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(
        in WeightedHammingArguments a, byte* tables, byte* halves, int words, int* distances, bool isFirst)
    {
        TVector even, odd;
        if (a.Digits == 1)
        {
            Sum(tables, halves, words, out even, out odd);
        }
        else
        {
            SumLarge(tables, halves, words, out even, out odd);
            Sum(tables + ((nint)a.Words * TableBytes), halves, words, out TVector evenHigh, out TVector oddHigh);
            even = TIsa.AddWords(even, TIsa.ShiftWordsLeft(evenHigh, WeightedHammingArguments.DigitBits));
            odd = TIsa.AddWords(odd, TIsa.ShiftWordsLeft(oddHigh, WeightedHammingArguments.DigitBits));
        }
        StoreInts(distances, even, isFirst);
        StoreInts(distances + QuadCodes, odd, isFirst);
    }

    // Of a digit to 7. Sums never leave their 16 bits, so that additions of 64 bits serve.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum(byte* tables, byte* halves, int words, out TVector even, out TVector odd)
    {
        TVector evens = TIsa.Zero, odds = TIsa.Zero, mask = TIsa.Broadcast(0x00FF_00FF_00FF_00FF);
        for (int part = 0; part < 2 * words; part++)
        {
            TVector bytes = TIsa.AddBytes(Four(tables, halves), Four(tables + 64, halves + (4 * VectorBytes)));
            evens = TIsa.AddWords(evens, TIsa.And(bytes, mask));
            odds = TIsa.AddWords(odds, TIsa.UpperBytes(bytes));
            tables += TableBytes / 2;
            halves += HalvesPerWord / 2 * VectorBytes;
        }
        (even, odd) = (evens, odds);
    }

    // Of a digit to 15.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SumLarge(byte* tables, byte* halves, int words, out TVector even, out TVector odd)
    {
        TVector evens = TIsa.Zero, odds = TIsa.Zero, mask = TIsa.Broadcast(0x00FF_00FF_00FF_00FF);
        for (int part = 0; part < 4 * words; part++)
        {
            TVector bytes = Four(tables, halves);
            evens = TIsa.AddWords(evens, TIsa.And(bytes, mask));
            odds = TIsa.AddWords(odds, TIsa.UpperBytes(bytes));
            tables += TableBytes / 4;
            halves += HalvesPerWord / 4 * VectorBytes;
        }
        (even, odd) = (evens, odds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Four(byte* tables, byte* halves) => TIsa.AddBytes(
        TIsa.AddBytes(One(tables, halves), One(tables + 16, halves + VectorBytes)),
        TIsa.AddBytes(One(tables + 32, halves + (2 * VectorBytes)), One(tables + 48, halves + (3 * VectorBytes))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector One(byte* table, byte* halves) =>
        TIsa.LookUp(TIsa.BroadcastTable(table), TIsa.Load((ulong*)halves));

    // Distances stay below 2³¹, so that additions of 64 bits serve here too.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreInts(int* to, TVector shorts, bool isFirst)
    {
        TVector lower = TIsa.WidenLower(shorts), upper = TIsa.WidenUpper(shorts);
        int* second = to + (2 * TIsa.Words);
        if (!isFirst)
        {
            lower = TIsa.AddWords(lower, TIsa.Load((ulong*)to));
            upper = TIsa.AddWords(upper, TIsa.Load((ulong*)second));
        }
        TIsa.Store((ulong*)to, lower);
        TIsa.Store((ulong*)second, upper);
    }

    // A bit for each distance below the limit.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compare(in WeightedHammingArguments a)
    {
        const int Half = QuadCodes / 2;
        for (int query = 0; query < a.QueryCount; query++)
        {
            Vector512<int> limit = Vector512.Create(a.Limits[query]);
            int* distances = a.Distances + ((nint)query * WeightedHammingArguments.MaxCodes);
            uint* near = a.Near + ((nint)query * MaxQuads);
            for (int quad = 0; quad < MaxQuads; quad++, distances += QuadCodes)
            {
                int tiles = a.TileCount - (quad * WeightedHammingArguments.QuadTiles);
                if (tiles <= 0)
                {
                    near[quad] = 0;
                    continue;
                }
                ulong lower = Vector512.LessThan(Vector512.Load(distances), limit).ExtractMostSignificantBits();
                ulong upper = Vector512.LessThan(Vector512.Load(distances + Half), limit).ExtractMostSignificantBits();
                uint present = 0x1111_1111u * ((1u << Math.Min(tiles, 4)) - 1);
                near[quad] = (uint)(lower | (upper << Half)) & present;
            }
        }
    }
}
