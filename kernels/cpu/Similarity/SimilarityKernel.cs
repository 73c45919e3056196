using System.Runtime.CompilerServices;
using Sextant.Kernels.Sum;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Similarity;

// Similarity of a query with stored rows, any row type, any vector width.   scores [N] = measure(query [n], rows [N,n])
// Layout    rows: one behind the other. A row's tail of fewer than 32 elements goes through a buffer filled up with 0.
// Bound     memory: one multiply-add for each element read.
// Order     32 lanes, folds 16, 8, 4, 2, 1 (SimilarityReference).

internal static unsafe class SimilarityKernel<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    private const int Lanes = 32;

    // How far ahead of the read rows are asked for, in bytes.
    private const int Ahead = 4096;

    public static void Run(in SimilarityArguments a)
    {
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TLoad, TMeasure>(in SimilarityArguments a)
        where TLoad : struct, IRowLoad
        where TMeasure : struct, IMeasure
    {
        float* queryTail = stackalloc float[Lanes];
        float* scaleTail = stackalloc float[Lanes];
        byte* rowTail = stackalloc byte[Lanes * sizeof(float)];
        int whole = a.N & ~(Lanes - 1), rest = a.N - whole;
        SumF32<TIsa, TVector>.CopyTail(queryTail, a.Query + whole, rest, 0f);
        if (a.Scales != null)
            SumF32<TIsa, TVector>.CopyTail(scaleTail, a.Scales + whole, rest, 0f);
        new Span<byte>(rowTail, Lanes * sizeof(float)).Clear();
        byte* x = (byte*)a.Rows;
        float* query = a.Query, scales = a.Scales;
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
                Buffer.MemoryCopy(x, rowTail, Lanes * sizeof(float), rest * TLoad.Bytes);
                Step<TLoad, TMeasure>(ref lanes, queryTail, rowTail, scaleTail);
                x += rest * TLoad.Bytes;
            }
            a.Scores[row] = lanes.FoldAdd();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TLoad, TMeasure>(ref Lanes32<TIsa, TVector> lanes, float* query, byte* x, float* scales)
        where TLoad : struct, IRowLoad
        where TMeasure : struct, IMeasure
    {
        lanes.V0 = One<TLoad, TMeasure>(lanes.V0, query, x, scales, 0);
        lanes.V1 = One<TLoad, TMeasure>(lanes.V1, query, x, scales, 1);
        if (TIsa.Count == 16)
            return;
        lanes.V2 = One<TLoad, TMeasure>(lanes.V2, query, x, scales, 2);
        lanes.V3 = One<TLoad, TMeasure>(lanes.V3, query, x, scales, 3);
        if (TIsa.Count == 8)
            return;
        lanes.V4 = One<TLoad, TMeasure>(lanes.V4, query, x, scales, 4);
        lanes.V5 = One<TLoad, TMeasure>(lanes.V5, query, x, scales, 5);
        lanes.V6 = One<TLoad, TMeasure>(lanes.V6, query, x, scales, 6);
        lanes.V7 = One<TLoad, TMeasure>(lanes.V7, query, x, scales, 7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector One<TLoad, TMeasure>(TVector lane, float* query, byte* x, float* scales, int vector)
        where TLoad : struct, IRowLoad
        where TMeasure : struct, IMeasure
    {
        int at = vector * TIsa.Count;
        TVector row = TLoad.Load<TIsa, TVector>(x + at * TLoad.Bytes);
        return TMeasure.Step<TIsa, TVector>(lane, TIsa.Load(query + at), row, scales + at);
    }
}
