using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Sextant.Kernels.Gemm;

namespace Sextant.Kernels.GemmInt8;

// GEMM micro-kernel in bytes, R×W vectors of 32-bit integers (R ≤ 8, W ≤ 3).   y [R,W] = x [R,K] · b [K,W]
// Layout    x: prepared rows.  b: a packed panel, [K/4][width][4].
// Registers R·W accumulators + W of b + 1 broadcast + 1 product.     Bound: compute, one multiply and one addition.
// Order     none: integers are exact. The epilogue is rounded as kernels/NUMERICS.md says.
// Parts     without an instruction for four bytes, inputs 0 and 2 of a group come first, then 1 and 3, each as 16 bits:
//           a shift left by 8 or by nothing, then one right by 8, widens the weights' bytes in place.
// Edges     every row count and width is a specialisation of this one text: the constants fold away.

internal static unsafe class GemmInt8Tile<TIsa, TVector>
    where TIsa : struct, IDotIsa<TVector>
    where TVector : struct
{
    /// <summary>A tile of some rows over a panel's outputs, as many vectors at a time as registers hold.</summary>
    public static void Run(ref Int8TileArguments t, int rows, int width)
    {
        Int8TileArguments part = t;
        for (int column = 0; column < width;)
        {
            int vectors = Math.Min(TIsa.Vectors, (width - column) / TIsa.Count);
            switch (vectors)
            {
                case 1: RunRows<One>(part, rows); break;
                case 2: RunRows<Two>(part, rows); break;
                default: RunRows<Three>(part, rows); break;
            }
            int done = vectors * TIsa.Count;
            column += done;
            part.B += 4 * done;
            part.BEnd += 4 * done;
            part.Y += done;
            part.ColumnScales += done;
            part.ColumnSums += done;
            part.Bias += done;
            if (part.Residual != null)
                part.Residual += done;
        }
    }

    private static void RunRows<TWidth>(in Int8TileArguments t, int rows)
        where TWidth : struct, ICount
    {
        switch (rows)
        {
            case 1: Run<One, TWidth>(t); break;
            case 2: Run<Two, TWidth>(t); break;
            case 3: Run<Three, TWidth>(t); break;
            case 4: Run<Four, TWidth>(t); break;
            case 5: Run<Five, TWidth>(t); break;
            case 6: Run<Six, TWidth>(t); break;
            case 7: Run<Seven, TWidth>(t); break;
            default: Run<Eight, TWidth>(t); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TWidth>(in Int8TileArguments t)
        where TRows : struct, ICount
        where TWidth : struct, ICount
    {
        sbyte* b = t.B;
        nint step = t.BStep;
        sbyte* prefetch = t.Prefetch;
        nint prefetchStep = t.PrefetchStep / TIsa.Parts;
        byte* x0 = t.X;
        byte* x1 = TRows.Value > 1 ? x0 + t.XStride : x0;
        byte* x2 = TRows.Value > 2 ? x1 + t.XStride : x0;
        byte* x3 = TRows.Value > 3 ? x2 + t.XStride : x0;
        byte* x4 = TRows.Value > 4 ? x3 + t.XStride : x0;
        byte* x5 = TRows.Value > 5 ? x4 + t.XStride : x0;
        byte* x6 = TRows.Value > 6 ? x5 + t.XStride : x0;
        byte* x7 = TRows.Value > 7 ? x6 + t.XStride : x0;
        TVector y00 = default, y01 = default, y02 = default;
        TVector y10 = default, y11 = default, y12 = default;
        TVector y20 = default, y21 = default, y22 = default;
        TVector y30 = default, y31 = default, y32 = default;
        TVector y40 = default, y41 = default, y42 = default;
        TVector y50 = default, y51 = default, y52 = default;
        TVector y60 = default, y61 = default, y62 = default;
        TVector y70 = default, y71 = default, y72 = default;
        Start<TWidth>(t, 0, ref y00, ref y01, ref y02);
        if (TRows.Value > 1)
            Start<TWidth>(t, 1, ref y10, ref y11, ref y12);
        if (TRows.Value > 2)
            Start<TWidth>(t, 2, ref y20, ref y21, ref y22);
        if (TRows.Value > 3)
            Start<TWidth>(t, 3, ref y30, ref y31, ref y32);
        if (TRows.Value > 4)
            Start<TWidth>(t, 4, ref y40, ref y41, ref y42);
        if (TRows.Value > 5)
            Start<TWidth>(t, 5, ref y50, ref y51, ref y52);
        if (TRows.Value > 6)
            Start<TWidth>(t, 6, ref y60, ref y61, ref y62);
        if (TRows.Value > 7)
            Start<TWidth>(t, 7, ref y70, ref y71, ref y72);
        nint end = (nint)(t.BEnd - b) / step * (4 * TIsa.Parts);
        int shift = 8;
        for (nint k = 0; k < end; k += 4)
        {
            if (Sse.IsSupported)
            {
                Sse.Prefetch1(prefetch);
                Sse.Prefetch1(prefetch + 64);
                prefetch += prefetchStep;
            }
            TVector b0 = TIsa.Weights(b, shift);
            TVector b1 = TWidth.Value > 1 ? TIsa.Weights(b + 4 * TIsa.Count, shift) : b0;
            TVector b2 = TWidth.Value > 2 ? TIsa.Weights(b + 8 * TIsa.Count, shift) : b0;
            if (TIsa.Parts == 1)
            {
                b += step;
            }
            else
            {
                // The second part of a group goes on to the next one.
                b += shift == 0 ? step : 0;
                shift ^= 8;
            }
            TVector x = TIsa.Broadcast(x0 + k);
            y00 = TIsa.MultiplyAdd(y00, x, b0);
            if (TWidth.Value > 1)
                y01 = TIsa.MultiplyAdd(y01, x, b1);
            if (TWidth.Value > 2)
                y02 = TIsa.MultiplyAdd(y02, x, b2);
            if (TRows.Value > 1)
            {
                x = TIsa.Broadcast(x1 + k);
                y10 = TIsa.MultiplyAdd(y10, x, b0);
                if (TWidth.Value > 1)
                    y11 = TIsa.MultiplyAdd(y11, x, b1);
                if (TWidth.Value > 2)
                    y12 = TIsa.MultiplyAdd(y12, x, b2);
            }
            if (TRows.Value > 2)
            {
                x = TIsa.Broadcast(x2 + k);
                y20 = TIsa.MultiplyAdd(y20, x, b0);
                if (TWidth.Value > 1)
                    y21 = TIsa.MultiplyAdd(y21, x, b1);
                if (TWidth.Value > 2)
                    y22 = TIsa.MultiplyAdd(y22, x, b2);
            }
            if (TRows.Value > 3)
            {
                x = TIsa.Broadcast(x3 + k);
                y30 = TIsa.MultiplyAdd(y30, x, b0);
                if (TWidth.Value > 1)
                    y31 = TIsa.MultiplyAdd(y31, x, b1);
                if (TWidth.Value > 2)
                    y32 = TIsa.MultiplyAdd(y32, x, b2);
            }
            if (TRows.Value > 4)
            {
                x = TIsa.Broadcast(x4 + k);
                y40 = TIsa.MultiplyAdd(y40, x, b0);
                if (TWidth.Value > 1)
                    y41 = TIsa.MultiplyAdd(y41, x, b1);
                if (TWidth.Value > 2)
                    y42 = TIsa.MultiplyAdd(y42, x, b2);
            }
            if (TRows.Value > 5)
            {
                x = TIsa.Broadcast(x5 + k);
                y50 = TIsa.MultiplyAdd(y50, x, b0);
                if (TWidth.Value > 1)
                    y51 = TIsa.MultiplyAdd(y51, x, b1);
                if (TWidth.Value > 2)
                    y52 = TIsa.MultiplyAdd(y52, x, b2);
            }
            if (TRows.Value > 6)
            {
                x = TIsa.Broadcast(x6 + k);
                y60 = TIsa.MultiplyAdd(y60, x, b0);
                if (TWidth.Value > 1)
                    y61 = TIsa.MultiplyAdd(y61, x, b1);
                if (TWidth.Value > 2)
                    y62 = TIsa.MultiplyAdd(y62, x, b2);
            }
            if (TRows.Value > 7)
            {
                x = TIsa.Broadcast(x7 + k);
                y70 = TIsa.MultiplyAdd(y70, x, b0);
                if (TWidth.Value > 1)
                    y71 = TIsa.MultiplyAdd(y71, x, b1);
                if (TWidth.Value > 2)
                    y72 = TIsa.MultiplyAdd(y72, x, b2);
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
    private static void Start<TWidth>(
        in Int8TileArguments t, int row, ref TVector y0, ref TVector y1, ref TVector y2)
        where TWidth : struct, ICount
    {
        int offset = t.RowOffsets[row];
        y0 = TIsa.Start(offset, t.ColumnSums);
        if (TWidth.Value > 1)
            y1 = TIsa.Start(offset, t.ColumnSums + TIsa.Count);
        if (TWidth.Value > 2)
            y2 = TIsa.Start(offset, t.ColumnSums + 2 * TIsa.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TWidth>(in Int8TileArguments t, int row, TVector y0, TVector y1, TVector y2)
        where TWidth : struct, ICount
    {
        FinishVector(t, row, 0, y0);
        if (TWidth.Value > 1)
            FinishVector(t, row, TIsa.Count, y1);
        if (TWidth.Value > 2)
            FinishVector(t, row, 2 * TIsa.Count, y2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishVector(in Int8TileArguments t, int row, int column, TVector y)
    {
        float* residual = t.Residual == null
            ? null
            : (float*)((byte*)t.Residual + row * t.ResidualStride) + column;
        TIsa.Store(
            (float*)((byte*)t.Y + row * t.YStride) + column, y, t.RowScales[row], t.ColumnScales + column,
            t.Bias + column, residual);
    }
}
