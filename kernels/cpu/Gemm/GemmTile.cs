using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Gemm;

// GEMM micro-kernel, f32, R×W vectors (R ≤ 8, W ≤ 3).   y [R,W] = x [R,K] · b [K,W] (+ bias) (+ residual)
// Layout    x: row-major.  b: a packed panel, or any row-major matrix, stored f32, f16 or bf16 and widened exactly.
// Registers R·W accumulators + W of b + 1 broadcast: 8×3 takes 28 of AVX-512's 32, 4×3 all 16 of AVX2 and SSE.
// Order     k ascending, one accumulator per element, fused multiply-add (kernels/NUMERICS.md).
// Edges     every row count and width is a specialisation of this one text: the constants fold away.
// Aliasing  y is written once, after its residual was read; the residual may be y itself.
// Prefetch  P cache lines of the next panel at each k, into the L2: the L1 is too small for it.

internal static unsafe class GemmTile<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows, TWidth, TStored, TPrefetch>(in TileArguments t)
        where TRows : struct, ICount
        where TWidth : struct, ICount
        where TStored : struct, IStored
        where TPrefetch : struct, ICount
    {
        byte* b = t.B;
        nint step = t.BStride * TStored.Size;
        byte* prefetch = t.Prefetch;
        nint prefetchStep = t.PrefetchStep;
        float* x0 = t.X;
        float* x1 = TRows.Value > 1 ? x0 + t.XStride : x0;
        float* x2 = TRows.Value > 2 ? x1 + t.XStride : x0;
        float* x3 = TRows.Value > 3 ? x2 + t.XStride : x0;
        float* x4 = TRows.Value > 4 ? x3 + t.XStride : x0;
        float* x5 = TRows.Value > 5 ? x4 + t.XStride : x0;
        float* x6 = TRows.Value > 6 ? x5 + t.XStride : x0;
        float* x7 = TRows.Value > 7 ? x6 + t.XStride : x0;
        TVector y00 = TIsa.Zero, y01 = TIsa.Zero, y02 = TIsa.Zero;
        TVector y10 = TIsa.Zero, y11 = TIsa.Zero, y12 = TIsa.Zero;
        TVector y20 = TIsa.Zero, y21 = TIsa.Zero, y22 = TIsa.Zero;
        TVector y30 = TIsa.Zero, y31 = TIsa.Zero, y32 = TIsa.Zero;
        TVector y40 = TIsa.Zero, y41 = TIsa.Zero, y42 = TIsa.Zero;
        TVector y50 = TIsa.Zero, y51 = TIsa.Zero, y52 = TIsa.Zero;
        TVector y60 = TIsa.Zero, y61 = TIsa.Zero, y62 = TIsa.Zero;
        TVector y70 = TIsa.Zero, y71 = TIsa.Zero, y72 = TIsa.Zero;
        nint depth = t.Depth;
        for (nint k = 0; k < depth; k++)
        {
            if (TPrefetch.Value > 0)
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch1(prefetch);
                    if (TPrefetch.Value > 1)
                        Sse.Prefetch1(prefetch + 64);
                    if (TPrefetch.Value > 2)
                        Sse.Prefetch1(prefetch + 128);
                }
                prefetch += prefetchStep;
            }
            TVector b0 = TStored.Load<TIsa, TVector>(b, 0);
            TVector b1 = TWidth.Value > 1 ? TStored.Load<TIsa, TVector>(b, 1) : TIsa.Zero;
            TVector b2 = TWidth.Value > 2 ? TStored.Load<TIsa, TVector>(b, 2) : TIsa.Zero;
            b += step;
            TVector first = TIsa.Broadcast(x0[k]);
            y00 = TIsa.Fma(first, b0, y00);
            if (TWidth.Value > 1)
                y01 = TIsa.Fma(first, b1, y01);
            if (TWidth.Value > 2)
                y02 = TIsa.Fma(first, b2, y02);
            if (TRows.Value > 1)
            {
                TVector x = TIsa.Broadcast(x1[k]);
                y10 = TIsa.Fma(x, b0, y10);
                if (TWidth.Value > 1)
                    y11 = TIsa.Fma(x, b1, y11);
                if (TWidth.Value > 2)
                    y12 = TIsa.Fma(x, b2, y12);
            }
            if (TRows.Value > 2)
            {
                TVector x = TIsa.Broadcast(x2[k]);
                y20 = TIsa.Fma(x, b0, y20);
                if (TWidth.Value > 1)
                    y21 = TIsa.Fma(x, b1, y21);
                if (TWidth.Value > 2)
                    y22 = TIsa.Fma(x, b2, y22);
            }
            if (TRows.Value > 3)
            {
                TVector x = TIsa.Broadcast(x3[k]);
                y30 = TIsa.Fma(x, b0, y30);
                if (TWidth.Value > 1)
                    y31 = TIsa.Fma(x, b1, y31);
                if (TWidth.Value > 2)
                    y32 = TIsa.Fma(x, b2, y32);
            }
            if (TRows.Value > 4)
            {
                TVector x = TIsa.Broadcast(x4[k]);
                y40 = TIsa.Fma(x, b0, y40);
                if (TWidth.Value > 1)
                    y41 = TIsa.Fma(x, b1, y41);
                if (TWidth.Value > 2)
                    y42 = TIsa.Fma(x, b2, y42);
            }
            if (TRows.Value > 5)
            {
                TVector x = TIsa.Broadcast(x5[k]);
                y50 = TIsa.Fma(x, b0, y50);
                if (TWidth.Value > 1)
                    y51 = TIsa.Fma(x, b1, y51);
                if (TWidth.Value > 2)
                    y52 = TIsa.Fma(x, b2, y52);
            }
            if (TRows.Value > 6)
            {
                TVector x = TIsa.Broadcast(x6[k]);
                y60 = TIsa.Fma(x, b0, y60);
                if (TWidth.Value > 1)
                    y61 = TIsa.Fma(x, b1, y61);
                if (TWidth.Value > 2)
                    y62 = TIsa.Fma(x, b2, y62);
            }
            if (TRows.Value > 7)
            {
                TVector x = TIsa.Broadcast(x7[k]);
                y70 = TIsa.Fma(x, b0, y70);
                if (TWidth.Value > 1)
                    y71 = TIsa.Fma(x, b1, y71);
                if (TWidth.Value > 2)
                    y72 = TIsa.Fma(x, b2, y72);
            }
        }

        Finish<TWidth>(t, 0, y00, y01, y02);
        if (TRows.Value > 1)
            Finish<TWidth>(t, 1, y10, y11, y12);
        if (TRows.Value > 2)
            Finish<TWidth>(t, 2, y20, y21, y22);
        if (TRows.Value > 3)
            Finish<TWidth>(t, 3, y30, y31, y32);
        if (TRows.Value > 4)
            Finish<TWidth>(t, 4, y40, y41, y42);
        if (TRows.Value > 5)
            Finish<TWidth>(t, 5, y50, y51, y52);
        if (TRows.Value > 6)
            Finish<TWidth>(t, 6, y60, y61, y62);
        if (TRows.Value > 7)
            Finish<TWidth>(t, 7, y70, y71, y72);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TWidth>(in TileArguments t, int row, TVector y0, TVector y1, TVector y2)
        where TWidth : struct, ICount
    {
        FinishVector(t, row, 0, y0);
        if (TWidth.Value > 1)
            FinishVector(t, row, 1, y1);
        if (TWidth.Value > 2)
            FinishVector(t, row, 2, y2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishVector(in TileArguments t, int row, int column, TVector y)
    {
        if (t.Bias != null)
            y = TIsa.Add(y, TIsa.Load(t.Bias + column * TIsa.Count));
        if (t.Residual != null)
            y = TIsa.Add(y, TIsa.Load(t.Residual + row * t.ResidualStride + column * TIsa.Count));
        TIsa.Store(t.Y + row * t.YStride + column * TIsa.Count, y);
    }
}
