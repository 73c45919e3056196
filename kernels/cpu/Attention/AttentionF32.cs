using System.Runtime.CompilerServices;
using Sextant.Kernels.Elementary;
using Sextant.Kernels.Gemm;
using Sextant.Kernels.Sum;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Attention;

// Attention of one head of one sequence: two products by the GEMM micro-kernel with a softmax between.
// Layout    keys are transposed once into panels [D][≤ 48]; values are read in place when D is a multiple of 16.
// Blocks    32 queries at a time, so scratch is linear in the sequence's length.
// Bound     compute; for short sequences the transposition shows.

internal static unsafe class AttentionF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    private const int PanelWidth = PackedMatrix.PanelWidth;

    private static int TileRows => TIsa.Count == 16 ? 8 : 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in AttentionArguments a)
    {
        float* inverses = stackalloc float[AttentionArguments.QueryRows];
        int n = a.Tokens;
        int keys = AttentionArguments.Padded(n);
        int width = AttentionArguments.Padded(a.HeadSize);
        float* transposed = a.Scratch;
        float* values = transposed + (nint)keys * a.HeadSize;
        float* scores = values + (nint)keys * width;
        float* output = scores + (nint)keys * AttentionArguments.QueryRows;
        for (int first = 0; first < keys; first += PanelWidth)
            Transpose(a, first, Math.Min(PanelWidth, keys - first), transposed + (nint)first * a.HeadSize);
        bool inPlace = width == a.HeadSize;
        if (!inPlace)
            CopyValues(a, width, values);

        for (int row = 0; row < n; row += AttentionArguments.QueryRows)
        {
            int rows = Math.Min(AttentionArguments.QueryRows, n - row);
            TileArguments t = default;
            t.X = a.Q + row * a.Stride;
            t.XStride = a.Stride;
            t.Depth = a.HeadSize;
            t.YStride = keys;
            for (int first = 0; first < keys; first += PanelWidth)
            {
                t.B = (byte*)(transposed + (nint)first * a.HeadSize);
                t.BStride = Math.Min(PanelWidth, keys - first);
                t.Y = scores + first;
                Multiply(t, rows, (int)t.BStride);
            }

            t.X = scores;
            t.XStride = keys;
            t.B = inPlace ? (byte*)a.V : (byte*)values;
            t.BStride = inPlace ? a.Stride : width;
            t.Depth = n;
            t.Y = inPlace ? a.Y + row * a.YStride : output;
            t.YStride = inPlace ? a.YStride : width;
            for (int i = 0; i < rows; i++)
                inverses[i] = Softmax(scores + (nint)i * keys, n, a.Scale);
            Multiply(t, rows, width);
            for (int i = 0; i < rows; i++)
                Scale(t.Y + i * t.YStride, inverses[i], a.Y + (row + i) * a.YStride, a.HeadSize);
        }
    }

    // y [rows,columns] = x [rows,K] · b [K,columns]; columns is a multiple of 16.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(in TileArguments whole, int rows, int columns)
    {
        int vectors = columns / TIsa.Count;
        int passes = (vectors + 2) / 3;
        int vectorsPerPass = (vectors + passes - 1) / passes;
        TileArguments t = whole;
        for (int row = 0; row < rows; row += TileRows)
        {
            t.X = whole.X + row * whole.XStride;
            for (int vector = 0; vector < vectors; vector += vectorsPerPass)
            {
                int column = vector * TIsa.Count;
                t.B = whole.B + column * sizeof(float);
                t.Y = whole.Y + row * whole.YStride + column;
                GemmRows<TIsa, TVector>.Run<StoredF32>(
                    t, Math.Min(TileRows, rows - row), Math.Min(vectorsPerPass, vectors - vector), 0);
            }
        }
    }

    // Turns scores into p, in place, and returns 1/Sum(p). A missing key is −∞: its p is +0.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Softmax(float* scores, int n, float scale)
    {
        float* tail = stackalloc float[SumF32<TIsa, TVector>.TailLength];
        float largest = SumF32<TIsa, TVector>.Max(scores, n, tail) * scale;
        TVector scales = TIsa.Broadcast(scale);
        TVector shift = TIsa.Broadcast(-largest);
        var lanes = Lanes32<TIsa, TVector>.Filled(0f);
        int whole = n & ~31;
        for (int i = 0; i < whole; i += 32)
        {
            Exponentiate(scores + i, scales, shift);
            SumF32<TIsa, TVector>.Add(ref lanes, scores + i);
        }
        if (whole != n)
        {
            SumF32<TIsa, TVector>.CopyTail(tail, scores + whole, n - whole, float.NegativeInfinity);
            Exponentiate(tail, scales, shift);
            SumF32<TIsa, TVector>.Add(ref lanes, tail);
            for (int i = whole; i < n; i++)
                scores[i] = tail[i - whole];
        }
        return 1f / lanes.FoldAdd();
    }

    // 32 elements.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Exponentiate(float* x, TVector scale, TVector shift)
    {
        for (int i = 0; i < 32; i += TIsa.Count)
            TIsa.Store(x + i, ElementaryF32<TIsa, TVector>.Exp(TIsa.Fma(TIsa.Load(x + i), scale, shift)));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(float* x, float factor, float* y, int n)
    {
        TVector factors = TIsa.Broadcast(factor);
        int i = 0;
        for (; i <= n - TIsa.Count; i += TIsa.Count)
            TIsa.Store(y + i, TIsa.Multiply(TIsa.Load(x + i), factors));
        for (; i < n; i++)
            y[i] = x[i] * factor;
    }

    // Keys first … first + width − 1 as [D][width], zeros where the sequence has ended.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Transpose(in AttentionArguments a, int first, int width, float* panel)
    {
        int depth = a.HeadSize;
        int present = Math.Min(width, a.Tokens - first);
        for (int j = 0; j < width; j++)
        {
            float* to = panel + j;
            if (j >= present)
            {
                for (int d = 0; d < depth; d++, to += width)
                    *to = 0f;
                continue;
            }
            float* from = a.K + (first + j) * a.Stride;
            for (int d = 0; d < depth; d++, to += width)
                *to = from[d];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CopyValues(in AttentionArguments a, int width, float* values)
    {
        for (int j = 0; j < a.Tokens; j++, values += width)
        {
            for (int d = 0; d < width; d++)
                values[d] = d < a.HeadSize ? a.V[j * a.Stride + d] : 0f;
        }
    }
}
