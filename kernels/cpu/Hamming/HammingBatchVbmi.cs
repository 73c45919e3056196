using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sextant.Kernels.Hamming;

// Hamming distances of many queries, bits, AVX-512 with VBMI.   distances [Q,8·N] = popcount(queries ^ tiles)
// Layout    a word is cut into 11 groups of at most 6 bits. Codes are spread so that a vector is one group of 64 codes;
//           a query is a table of 64 bytes for each group: how many bits differ, for each value the group can have. So
//           a comparison of 64 codes in 6 bits is one byte shuffle and one addition: no xor, no mask, no count.
// Registers two queries share each load of four vectors of codes: 8 sums of bytes, flushed to 16 bits every three words
//           (3 · 64 = 192 fits a byte).
// Bound     arithmetic: one shuffle for each 64 codes and 6 bits. Spreading is shared by all queries, tables by all
//           codes of a call.
// Order     integers: any order gives the same.
// Measured  BinaryIndex.Search, 64 queries, 1 M codes, top-10 included, against the half bytes of HammingU1 in turns,
//           on a busy two-processor machine (Emerald Rapids), queries per processor second, 2026-11: 1.25 to 1.35 times
//           as many at 256 bits, 1.1 to 1.4 at 512, 1.1 to 1.3 at 1024.
// Edges     codes behind the last tile are whatever is in the scratch memory; what they give is not stored.

internal static unsafe class HammingBatchVbmi
{
    /// <summary>Fewer queries do not pay for spreading the codes.</summary>
    public const int LeastQueries = 16;

    /// <summary>Longer codes would need more scratch memory than a cache has.</summary>
    public const int MostWords = 64;

    private const int Groups = 11;
    private const int BlockTiles = 32;
    private const int BlockCodes = BlockTiles * HammingArguments.TileCodes;
    private const int WordsPerSum = 3;

    /// <summary>Bytes of scratch memory for a call.</summary>
    public static long ScratchBytes(int words, int queries) =>
        ((long)words * Groups * ((queries * 64L) + BlockCodes)) + ((long)queries * BlockCodes * sizeof(ushort));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in HammingArguments a)
    {
        nint tableBytes = (nint)a.Words * Groups * 64;
        byte* tables = (byte*)a.Scratch;
        byte* spread = tables + a.QueryCount * tableBytes;
        ushort* sums = (ushort*)(spread + (nint)a.Words * Groups * BlockCodes);
        for (int query = 0; query < a.QueryCount; query++)
            BuildTable(a.Queries + (nint)query * a.Words, a.Words, tables + query * tableBytes);
        nint codes = a.TileCount * HammingArguments.TileCodes;
        for (nint tile = 0; tile < a.TileCount; tile += BlockTiles)
        {
            int tiles = (int)Math.Min(BlockTiles, a.TileCount - tile);
            Spread(a.Tiles + tile * a.Words * HammingArguments.TileCodes, tiles, a.Words, spread);
            // Three words of the codes at a time, which stay in the first-level cache while all queries pass.
            for (int word = 0; word < a.Words; word += WordsPerSum)
            {
                int groups = Groups * Math.Min(WordsPerSum, a.Words - word);
                byte* part = spread + (nint)word * Groups * BlockCodes;
                byte* table = tables + (nint)word * Groups * 64;
                for (int query = 0; query < a.QueryCount; query += 2)
                {
                    // An odd last one is computed twice, into the same place; so it is stored, or added, once.
                    int other = Math.Min(query + 1, a.QueryCount - 1);
                    Compare(part, table + query * tableBytes, table + other * tableBytes, groups,
                        sums + query * BlockCodes, sums + other * BlockCodes, word == 0);
                }
            }
            int* distances = a.Distances + tile * HammingArguments.TileCodes;
            for (int query = 0; query < a.QueryCount; query++)
                Store(sums + query * BlockCodes, distances + query * codes, tiles);
        }
    }

    // table [words, 11, 64]: the bits in which a group of the query and each value differ. The last group has 4 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void BuildTable(ulong* query, int words, byte* table)
    {
        Vector512<byte> values = Vector512.Create(
            (byte)0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
            28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54,
            55, 56, 57, 58, 59, 60, 61, 62, 63);
        Vector512<byte> counts = Vector512.Create(
            (byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 1, 2, 2, 3, 2, 3, 3, 4, 2, 3, 3, 4, 3, 4, 4, 5,
            1, 2, 2, 3, 2, 3, 3, 4, 2, 3, 3, 4, 3, 4, 4, 5, 2, 3, 3, 4, 3, 4, 4, 5, 3, 4, 4, 5, 4, 5, 5, 6);
        for (int word = 0; word < words; word++)
        {
            ulong bits = query[word];
            for (int group = 0; group < Groups; group++, table += 64)
            {
                Vector512<byte> differing = values ^ Vector512.Create((byte)((bits >> (6 * group)) & 63));
                if (group == Groups - 1)
                    differing &= Vector512.Create((byte)15);
                Avx512Vbmi.PermuteVar64x8(counts, differing).Store(table);
            }
        }
    }

    // spread [words, 11, 256 codes]: a byte for each group and code, of which the lower six bits count.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Spread(ulong* source, int tiles, int words, byte* spread)
    {
        ulong* bytes = stackalloc ulong[16];
        Vector512<byte> first = Vector512.Create(0x2A24_1E18_120C_0600ul).AsByte(); // from bits 0, 6, … 42
        Vector512<byte> last = Vector512.Create(0x0000_0000_003C_3630ul).AsByte(); // from bits 48, 54, 60
        Vector512<byte> turn = Vector512.Create( // byte 8g + c from byte 8c + g
            (byte)0, 8, 16, 24, 32, 40, 48, 56, 1, 9, 17, 25, 33, 41, 49, 57, 2, 10, 18, 26, 34, 42, 50, 58,
            3, 11, 19, 27, 35, 43, 51, 59, 4, 12, 20, 28, 36, 44, 52, 60, 5, 13, 21, 29, 37, 45, 53, 61,
            6, 14, 22, 30, 38, 46, 54, 62, 7, 15, 23, 31, 39, 47, 55, 63);
        for (int tile = 0; tile < tiles; tile++)
        {
            byte* destination = spread + (tile * HammingArguments.TileCodes);
            for (int word = 0; word < words; word++, source += HammingArguments.TileCodes)
            {
                Vector512<ulong> eight = Vector512.Load(source);
                Avx512Vbmi.PermuteVar64x8(Avx512Vbmi.MultiShift(first, eight), turn).AsUInt64().Store(bytes);
                Avx512Vbmi.PermuteVar64x8(Avx512Vbmi.MultiShift(last, eight), turn).AsUInt64().Store(bytes + 8);
                for (int group = 0; group < Groups; group++, destination += BlockCodes)
                    *(ulong*)destination = bytes[group];
            }
        }
    }

    // sums [256] of each query
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compare(
        byte* codes, byte* left, byte* right, int groups, ushort* leftSums, ushort* rightSums, bool isFirst)
    {
        Vector512<byte> l0 = Vector512<byte>.Zero, l1 = l0, l2 = l0, l3 = l0, r0 = l0, r1 = l0, r2 = l0, r3 = l0;
        for (; groups > 0; groups--, codes += BlockCodes, left += 64, right += 64)
        {
            Vector512<byte> x0 = Vector512.Load(codes), x1 = Vector512.Load(codes + 64);
            Vector512<byte> x2 = Vector512.Load(codes + 128), x3 = Vector512.Load(codes + 192);
            Vector512<byte> table = Vector512.Load(left);
            l0 += Avx512Vbmi.PermuteVar64x8(table, x0);
            l1 += Avx512Vbmi.PermuteVar64x8(table, x1);
            l2 += Avx512Vbmi.PermuteVar64x8(table, x2);
            l3 += Avx512Vbmi.PermuteVar64x8(table, x3);
            table = Vector512.Load(right);
            r0 += Avx512Vbmi.PermuteVar64x8(table, x0);
            r1 += Avx512Vbmi.PermuteVar64x8(table, x1);
            r2 += Avx512Vbmi.PermuteVar64x8(table, x2);
            r3 += Avx512Vbmi.PermuteVar64x8(table, x3);
        }
        Flush(l0, leftSums, isFirst);
        Flush(l1, leftSums + 64, isFirst);
        Flush(l2, leftSums + 128, isFirst);
        Flush(l3, leftSums + 192, isFirst);
        if (leftSums == rightSums)
            return;
        Flush(r0, rightSums, isFirst);
        Flush(r1, rightSums + 64, isFirst);
        Flush(r2, rightSums + 128, isFirst);
        Flush(r3, rightSums + 192, isFirst);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Flush(Vector512<byte> bytes, ushort* sums, bool isFirst)
    {
        Vector512<ushort> lower = Avx512BW.ConvertToVector512UInt16(bytes.GetLower());
        Vector512<ushort> upper = Avx512BW.ConvertToVector512UInt16(bytes.GetUpper());
        if (!isFirst)
        {
            lower += Vector512.Load(sums);
            upper += Vector512.Load(sums + 32);
        }
        lower.Store(sums);
        upper.Store(sums + 32);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Store(ushort* sums, int* distances, int tiles)
    {
        int tile = 0;
        for (; tile <= tiles - 2; tile += 2)
        {
            Vector512<int> sixteen = Avx512F.ConvertToVector512Int32(Vector256.Load(sums + (tile * 8)));
            sixteen.Store(distances + (tile * 8));
        }
        if (tile < tiles)
            Avx2.ConvertToVector256Int32(Vector128.Load(sums + (tile * 8))).Store(distances + (tile * 8));
    }
}
