using System.Runtime.CompilerServices;
using Sextant.Kernels.Gemm;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Attention;

// Attention of one query head of one sequence: two products by the GEMM micro-kernel with a softmax between.
// Layout    keys are transposed once into panels [D][≤ 48]; values are read in place when D is a multiple of 16. Tables
//           over distances are laid out once as a line of 2n − 1, of which each query reads a slice.
// Blocks    32 queries at a time and the keys that any of them sees, so scratch is linear in the sequence's length.
//           An invisible key in a block has p = +0, which leaves every chain as it is but for the sign of a zero.
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
        a.AssertValid();
        float* inverses = stackalloc float[AttentionArguments.QueryRows];
        int n = a.Tokens;
        int keys = AttentionArguments.Padded(n);
        int width = AttentionArguments.Padded(a.HeadSize);
        float* transposed = a.Scratch;
        float* values = transposed + (nint)keys * a.HeadSize;
        float* scores = values + (nint)keys * width;
        float* output = scores + (nint)keys * AttentionArguments.QueryRows;
        float* line = output + width * AttentionArguments.QueryRows;
        float* contents = line + 2 * keys;
        float* positions = contents + a.Positions * AttentionArguments.QueryRows;
        for (int first = 0; first < keys; first += PanelWidth)
            Transpose(a, first, Math.Min(PanelWidth, keys - first), transposed + (nint)first * a.HeadSize);
        bool inPlace = width == a.HeadSize;
        if (!inPlace)
            CopyValues(a, width, values);
        bool masked = a.Before != AttentionArguments.Everything || a.After != AttentionArguments.Everything;
        bool changed = a.Softcap != 0f || a.Bias != null || a.PositionKeys != null;
        float scale = a.Softcap != 0f || a.Bias != null ? 1f : a.Scale;
        if (changed)
            LayOut(a, line, positions);

        for (int row = 0; row < n && !CallCancellation.IsRequested; row += AttentionArguments.QueryRows)
        {
            int rows = Math.Min(AttentionArguments.QueryRows, n - row);
            int begin = masked ? a.FirstKey(row) : 0;
            int end = masked ? a.EndKey(row + rows - 1) : n;
            TileArguments t = default;
            t.X = a.Q + row * a.Stride;
            t.XStride = a.Stride;
            t.Depth = a.HeadSize;
            t.YStride = keys;
            for (int first = begin / PanelWidth * PanelWidth; first < end; first += PanelWidth)
            {
                t.B = (byte*)(transposed + (nint)first * a.HeadSize);
                t.BStride = Math.Min(PanelWidth, keys - first);
                t.Y = scores + first;
                Multiply(t, rows, (int)t.BStride);
            }
            if (a.PositionKeys != null)
                MultiplyPositions(a, a.Q + row * a.Stride, rows, a.PositionKeys, contents);

            t.X = scores + begin;
            t.XStride = keys;
            t.B = inPlace ? (byte*)(a.V + begin * a.Stride) : (byte*)(values + (nint)begin * width);
            t.BStride = inPlace ? a.Stride : width;
            t.Depth = end - begin;
            t.Y = inPlace ? a.Y + row * a.YStride : output;
            t.YStride = inPlace ? a.YStride : width;
            for (int i = 0; i < rows; i++)
            {
                float* score = scores + (nint)i * keys;
                int first = masked ? a.FirstKey(row + i) : 0;
                int last = masked ? a.EndKey(row + i) : n;
                if (changed)
                    Change(a, row + i, first, last, score, line, contents + (nint)i * a.Positions, positions);
                inverses[i] = AttentionSoftmax<TIsa, TVector>.Run(score + first, last - first, scale);
                new Span<float>(score + begin, first - begin).Clear();
                new Span<float>(score + last, end - last).Clear();
            }
            Multiply(t, rows, width);
            for (int i = 0; i < rows; i++)
                Scale(t.Y + i * t.YStride, inverses[i], masked, a.Y + (row + i) * a.YStride, a.HeadSize);
        }
    }

    // What becomes of a row of products before the softmax.
    private static void Change(
        in AttentionArguments a, int query, int first, int end, float* score, float* line, float* content,
        float* positions)
    {
        // The place of distance 0 is n − 1.
        float* slice = line + (a.Tokens - 1) + (first - query);
        if (a.PositionKeys != null)
        {
            AttentionSoftmax<TIsa, TVector>.AddPositions(
                score + first, (int*)slice, content, positions + (nint)first * a.Positions, a.Positions, end - first);
        }
        if (a.Softcap != 0f)
            AttentionSoftmax<TIsa, TVector>.Cap(score + first, end - first, a.Scale / a.Softcap, a.Softcap);
        else if (a.Bias != null)
            AttentionSoftmax<TIsa, TVector>.AddBias(score + first, slice, end - first, a.Scale);
    }

    // A table over distances as a line of all distances of this sequence; and the keys' products with the positions.
    private static void LayOut(in AttentionArguments a, float* line, float* positions)
    {
        int n = a.Tokens;
        if (a.PositionKeys != null)
        {
            for (int distance = 1 - n; distance < n; distance++)
                ((int*)line)[distance + n - 1] = (int)a.PositionRows[a.PlaceOf(distance)];
            MultiplyPositions(a, a.K, n, a.PositionQueries, positions);
        }
        else if (a.Bias != null)
        {
            for (int distance = 1 - n; distance < n; distance++)
                line[distance + n - 1] = a.Bias[a.PlaceOf(distance)];
        }
    }

    // y [rows,P] = x [rows,D] · table [D,P].
    private static void MultiplyPositions(in AttentionArguments a, float* x, int rows, float* table, float* y)
    {
        TileArguments t = default;
        t.X = x;
        t.XStride = a.Stride;
        t.B = (byte*)table;
        t.BStride = a.Positions;
        t.Depth = a.HeadSize;
        t.Y = y;
        t.YStride = a.Positions;
        Multiply(t, rows, a.Positions);
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

    // y = x · factor, a zero of x being +0 where p may have been filled up with zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(float* x, float factor, bool masked, float* y, int n)
    {
        TVector factors = TIsa.Broadcast(factor);
        int i = 0;
        if (masked)
        {
            for (; i <= n - TIsa.Count; i += TIsa.Count)
                TIsa.Store(y + i, TIsa.Multiply(TIsa.Add(TIsa.Load(x + i), TIsa.Zero), factors));
            for (; i < n; i++)
                y[i] = (x[i] + 0f) * factor;
            return;
        }
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
