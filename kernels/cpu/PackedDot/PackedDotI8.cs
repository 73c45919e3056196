using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Sextant.Kernels.Hamming;

namespace Sextant.Kernels.PackedDot;

// Signed bytes × packed codes of 1 to 4 bits, any vector width.   scores [N] of a query and tiles [N/8,W,8]
// Layout    tiles as for Hamming: a vector holds one word of 8, 4 or 2 codes, and the sum over a code never leaves its
//           64 bits. The query's eight bytes for a group of dimensions are broadcast.
// Sums      of a group: shift, mask, multiply unsigned by signed bytes and add pairs (16 bits), add. Before 16 bits
//           overflow they are added in pairs to 32.
// Bound     memory for 2 and more bits with 512-bit vectors; with 256 bits arithmetic, four operations a group and
//           vector.
// Order     integers: any order gives the same. Then the operations of PackedDotReference.
// Edges     the last tile is read whole; only codes that there are have factors and get scores.

internal static unsafe class PackedDotI8<TIsa, TVector>
    where TIsa : struct, IBitIsa<TVector>
    where TVector : struct
{
    private const int TileCodes = PackedDotArguments.TileCodes;

    // How far ahead codes are asked for, in words: a page.
    private const int Ahead = 4096 / sizeof(ulong);

    public static void Run(in PackedDotArguments a)
    {
        a.AssertValid();
        switch (a.Bits)
        {
            case 1:
                Run<OneBit>(a);
                break;
            case 2:
                Run<TwoBits>(a);
                break;
            case 3:
                Run<ThreeBits>(a);
                break;
            default:
                Run<FourBits>(a);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Run<TBits>(in PackedDotArguments a)
        where TBits : struct, IPackedBits
    {
        int* sums = stackalloc int[TileCodes];
        ulong* tile = a.Tiles;
        Vector256<int> offset = Vector256.Create(a.Offset);
        Vector256<float> scale = Vector256.Create(a.Scale), bias = Vector256.Create(a.Bias);
        nint code = 0;
        for (; code <= a.Count - TileCodes; code += TileCodes, tile += (nint)a.Words * TileCodes)
        {
            Sum<TBits>(tile, a.Query, a.Words, sums);
            Vector256<int> sum = Vector256.Load(sums);
            Vector256<float> score = Vector256.ConvertToSingle(sum + sum - offset) * Vector256.Load(a.Factors + code);
            score *= scale;
            score += bias;
            if (a.Lengths != null)
                score -= Vector256.Load(a.Lengths + code);
            score.Store(a.Scores + code);
        }
        if (code < a.Count)
            Last<TBits>(a, tile, code, sums);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Last<TBits>(in PackedDotArguments a, ulong* tile, nint code, int* sums)
        where TBits : struct, IPackedBits
    {
        Sum<TBits>(tile, a.Query, a.Words, sums);
        for (; code < a.Count; code++, sums++)
        {
            float score = (float)((2 * *sums) - a.Offset) * a.Factors[code];
            score *= a.Scale;
            score += a.Bias;
            a.Scores[code] = a.Lengths == null ? score : score - a.Lengths[code];
        }
    }

    // The sums of a tile's eight codes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum<TBits>(ulong* tile, ulong* query, int words, int* sums)
        where TBits : struct, IPackedBits
    {
        for (int lane = 0; lane < TileCodes; lane += TIsa.Words)
        {
            TVector sum = TIsa.Zero;
            ulong* source = tile + lane, values = query;
            int left = words;
            while (left > 0)
            {
                TVector shorts = TIsa.Zero;
                for (int blocks = TBits.BlocksPerSum; blocks > 0 && left >= TBits.Words; blocks--)
                {
                    TIsa.Prefetch(source + Ahead);
                    shorts = TBits.Add<TIsa, TVector>(shorts, source, values, TBits.Words);
                    source += TBits.Words * TileCodes;
                    values += TBits.Groups;
                    left -= TBits.Words;
                }
                sum = TIsa.AddInts(sum, TIsa.AddPairs(shorts));
                if (left > 0 && left < TBits.Words)
                {
                    shorts = TBits.Add<TIsa, TVector>(TIsa.Zero, source, values, left);
                    sum = TIsa.AddInts(sum, TIsa.AddPairs(shorts));
                    left = 0;
                }
            }
            TIsa.StoreInts(sums + lane, TIsa.AddInts(sum, TIsa.ShiftWordsRight(sum, 32)));
        }
    }
}
