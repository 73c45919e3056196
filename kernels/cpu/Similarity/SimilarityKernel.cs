using System.Runtime.CompilerServices;
using Sextant.Kernels.Sum;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Similarity;

// Similarity of a query with stored rows, any row type, any vector width.   scores [N] = measure(query [n], rows [N,n])
// Layout    rows: one behind the other. A row's tail of fewer than 32 elements goes through a buffer filled up with 0.
// Queries   four share the reads of a row, where vectors have 512 bits and so eight of them hold the sums; else, and
//           for what is left, they pass over the rows one after the other.
// Bound     one query: memory, with one multiply-add for each element read. Many queries: loads, ten for eight
//           multiply-adds, as long as the rows of a call stay in a cache.
// Order     32 lanes, folds 16, 8, 4, 2, 1 (SimilarityReference).

internal static unsafe class SimilarityKernel<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    private const int Lanes = 32;
    private const int Together = 4;

    // How far ahead of the read rows are asked for, in bytes.
    private const int Ahead = 4096;

    public static void Run(in SimilarityArguments a)
    {
        a.AssertValid();
        switch (a.Type)
        {
            case RowType.F32:
                Run<LoadF32>(a);
                break;
            case RowType.F16:
                Run<LoadF16>(a);
                break;
            case RowType.BF16:
                Run<LoadBF16>(a);
                break;
            default:
                Run<LoadI8>(a);
                break;
        }
    }

    private static void Run<TLoad>(in SimilarityArguments a)
        where TLoad : struct, IRowLoad
    {
        if (a.Measure == Measure.Dot)
            Run<TLoad, DotMeasure>(a);
        else if (a.Scales == null)
            Run<TLoad, DistanceMeasure>(a);
        else
            Run<TLoad, ScaledDistanceMeasure>(a);
    }

    private static void Run<TLoad, TMeasure>(in SimilarityArguments a)
        where TLoad : struct, IRowLoad
        where TMeasure : struct, IMeasure
    {
        int query = 0;
        if (TIsa.Count == 16)
        {
            for (; query <= a.QueryCount - Together; query += Together)
                Four<TLoad, TMeasure>(a, a.Query + (query * a.QueryStride), a.Scores + (query * a.Count));
        }
        for (; query < a.QueryCount; query++)
            One<TLoad, TMeasure>(a, a.Query + (query * a.QueryStride), a.Scores + (query * a.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One<TLoad, TMeasure>(in SimilarityArguments a, float* query, float* scores)
        where TLoad : struct, IRowLoad
        where TMeasure : struct, IMeasure
    {
        float* queryTail = stackalloc float[Lanes];
        float* scaleTail = stackalloc float[Lanes];
        byte* rowTail = stackalloc byte[Lanes * sizeof(float)];
        int whole = a.N & ~(Lanes - 1), rest = a.N - whole;
        SumF32<TIsa, TVector>.CopyTail(queryTail, query + whole, rest, 0f);
        if (a.Scales != null)
            SumF32<TIsa, TVector>.CopyTail(scaleTail, a.Scales + whole, rest, 0f);
        new Span<byte>(rowTail, Lanes * sizeof(float)).Clear();
        byte* x = (byte*)a.Rows;
        float* scales = a.Scales;
        for (nint row = 0; row < a.Count; row++)
        {
            var lanes = Lanes32<TIsa, TVector>.Filled(0f);
            for (int i = 0; i < whole; i += Lanes, x += Lanes * TLoad.Bytes)
            {
                TIsa.Prefetch(x + Ahead);
                Step<TLoad, TMeasure>(ref lanes, query + i, x, scales + i);
            }
            if (rest != 0)
            {
                CopyTail(x, rowTail, rest * TLoad.Bytes);
                Step<TLoad, TMeasure>(ref lanes, queryTail, rowTail, scaleTail);
                x += rest * TLoad.Bytes;
            }
            scores[row] = lanes.FoldAdd();
        }
    }

    // Four queries; a lane is the same sum in the same order as in One. Vectors of 16 elements only.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<TLoad, TMeasure>(in SimilarityArguments a, float* queries, float* scores)
        where TLoad : struct, IRowLoad
        where TMeasure : struct, IMeasure
    {
        float* queryTails = stackalloc float[Together * Lanes];
        float* scaleTail = stackalloc float[Lanes];
        byte* rowTail = stackalloc byte[Lanes * sizeof(float)];
        int whole = a.N & ~(Lanes - 1), rest = a.N - whole;
        nint stride = a.QueryStride;
        for (int query = 0; query < Together; query++)
            SumF32<TIsa, TVector>.CopyTail(queryTails + (query * Lanes), queries + (query * stride) + whole, rest, 0f);
        if (a.Scales != null)
            SumF32<TIsa, TVector>.CopyTail(scaleTail, a.Scales + whole, rest, 0f);
        new Span<byte>(rowTail, Lanes * sizeof(float)).Clear();
        byte* x = (byte*)a.Rows;
        float* scales = a.Scales;
        TVector zero = TIsa.Broadcast(0f);
        for (nint row = 0; row < a.Count; row++)
        {
            TVector a0 = zero, a1 = zero, b0 = zero, b1 = zero, c0 = zero, c1 = zero, d0 = zero, d1 = zero;
            for (int i = 0; i < whole; i += Lanes, x += Lanes * TLoad.Bytes)
            {
                TIsa.Prefetch(x + Ahead);
                TVector x0 = TLoad.Load<TIsa, TVector>(x);
                TVector x1 = TLoad.Load<TIsa, TVector>(x + (16 * TLoad.Bytes));
                float* query = queries + i;
                a0 = TMeasure.Step<TIsa, TVector>(a0, TIsa.Load(query), x0, scales + i);
                a1 = TMeasure.Step<TIsa, TVector>(a1, TIsa.Load(query + 16), x1, scales + i + 16);
                query += stride;
                b0 = TMeasure.Step<TIsa, TVector>(b0, TIsa.Load(query), x0, scales + i);
                b1 = TMeasure.Step<TIsa, TVector>(b1, TIsa.Load(query + 16), x1, scales + i + 16);
                query += stride;
                c0 = TMeasure.Step<TIsa, TVector>(c0, TIsa.Load(query), x0, scales + i);
                c1 = TMeasure.Step<TIsa, TVector>(c1, TIsa.Load(query + 16), x1, scales + i + 16);
                query += stride;
                d0 = TMeasure.Step<TIsa, TVector>(d0, TIsa.Load(query), x0, scales + i);
                d1 = TMeasure.Step<TIsa, TVector>(d1, TIsa.Load(query + 16), x1, scales + i + 16);
            }
            if (rest != 0)
            {
                CopyTail(x, rowTail, rest * TLoad.Bytes);
                x += rest * TLoad.Bytes;
                TVector x0 = TLoad.Load<TIsa, TVector>(rowTail);
                TVector x1 = TLoad.Load<TIsa, TVector>(rowTail + (16 * TLoad.Bytes));
                float* query = queryTails;
                a0 = TMeasure.Step<TIsa, TVector>(a0, TIsa.Load(query), x0, scaleTail);
                a1 = TMeasure.Step<TIsa, TVector>(a1, TIsa.Load(query + 16), x1, scaleTail + 16);
                b0 = TMeasure.Step<TIsa, TVector>(b0, TIsa.Load(query + 32), x0, scaleTail);
                b1 = TMeasure.Step<TIsa, TVector>(b1, TIsa.Load(query + 48), x1, scaleTail + 16);
                c0 = TMeasure.Step<TIsa, TVector>(c0, TIsa.Load(query + 64), x0, scaleTail);
                c1 = TMeasure.Step<TIsa, TVector>(c1, TIsa.Load(query + 80), x1, scaleTail + 16);
                d0 = TMeasure.Step<TIsa, TVector>(d0, TIsa.Load(query + 96), x0, scaleTail);
                d1 = TMeasure.Step<TIsa, TVector>(d1, TIsa.Load(query + 112), x1, scaleTail + 16);
            }
            scores[row] = TIsa.FoldAdd(TIsa.Add(a0, a1));
            scores[a.Count + row] = TIsa.FoldAdd(TIsa.Add(b0, b1));
            scores[(2 * a.Count) + row] = TIsa.FoldAdd(TIsa.Add(c0, c1));
            scores[(3 * a.Count) + row] = TIsa.FoldAdd(TIsa.Add(d0, d1));
        }
    }

    // Byte by byte: a call would have the sums leave the registers, on every row.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyTail(byte* from, byte* to, int bytes)
    {
        for (int i = 0; i < bytes; i++)
            to[i] = from[i];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TLoad, TMeasure>(ref Lanes32<TIsa, TVector> lanes, float* query, byte* x, float* scales)
        where TLoad : struct, IRowLoad
        where TMeasure : struct, IMeasure
    {
        lanes.V0 = At<TLoad, TMeasure>(lanes.V0, query, x, scales, 0);
        lanes.V1 = At<TLoad, TMeasure>(lanes.V1, query, x, scales, 1);
        if (TIsa.Count == 16)
            return;
        lanes.V2 = At<TLoad, TMeasure>(lanes.V2, query, x, scales, 2);
        lanes.V3 = At<TLoad, TMeasure>(lanes.V3, query, x, scales, 3);
        if (TIsa.Count == 8)
            return;
        lanes.V4 = At<TLoad, TMeasure>(lanes.V4, query, x, scales, 4);
        lanes.V5 = At<TLoad, TMeasure>(lanes.V5, query, x, scales, 5);
        lanes.V6 = At<TLoad, TMeasure>(lanes.V6, query, x, scales, 6);
        lanes.V7 = At<TLoad, TMeasure>(lanes.V7, query, x, scales, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector At<TLoad, TMeasure>(TVector lane, float* query, byte* x, float* scales, int vector)
        where TLoad : struct, IRowLoad
        where TMeasure : struct, IMeasure
    {
        int at = vector * TIsa.Count;
        TVector row = TLoad.Load<TIsa, TVector>(x + at * TLoad.Bytes);
        return TMeasure.Step<TIsa, TVector>(lane, TIsa.Load(query + at), row, scales + at);
    }
}
