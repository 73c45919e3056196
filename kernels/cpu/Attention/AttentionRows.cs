using System.Runtime.CompilerServices;
using Sextant.Kernels.Gemm;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Attention;

// Attention of one query head of one sequence: two products with a softmax between.
// Layout    keys are transposed once into panels [D][≤ 48]; values are read in place where the products can. Tables
//           over distances are laid out once as a line of 2n − 1, of which each query reads a slice.
// Blocks    32 queries at a time and the keys that any of them sees, so scratch is linear in the sequence's length.
//           An invisible key in a block has p = +0, which leaves every chain as it is but for the sign of a zero.
// Bound     compute; for short sequences the transposition shows.

internal static unsafe class AttentionRows<TIsa, TVector, TProducts>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
    where TProducts : struct, IAttentionProducts
{
    private const int PanelWidth = PackedMatrix.PanelWidth;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in AttentionArguments a)
    {
        a.AssertValid();
        float* inverses = stackalloc float[AttentionArguments.QueryRows];
        float* numbers = stackalloc float[32];
        for (int i = 0; i < 32; i++)
            numbers[i] = i;
        int n = a.Tokens;
        int keys = AttentionArguments.Padded(n);
        int width = AttentionArguments.Padded(a.HeadSize);
        float* transposed = a.Scratch;
        float* values = transposed + (nint)keys * a.HeadSize;
        float* scores = values + (nint)keys * width;
        int scoreStride = keys + AttentionArguments.ScorePadding;
        float* queries = scores + (nint)scoreStride * AttentionArguments.QueryRows;
        float* output = queries + width * AttentionArguments.QueryRows;
        float* line = output + width * AttentionArguments.QueryRows;
        float* contents = line + 2 * keys;
        float* positions = contents + a.Positions * AttentionArguments.QueryRows;
        for (int first = 0; first < keys; first += PanelWidth)
            TProducts.PackKeys(a, first, Math.Min(PanelWidth, keys - first), transposed + (nint)first * a.HeadSize);
        bool valuesInPlace = TProducts.ReadsValuesInPlace && width == a.HeadSize;
        if (!valuesInPlace)
            TProducts.PackValues(a, width, values);
        bool inPlace = width == a.HeadSize;
        bool masked = a.Before != AttentionArguments.Everything || a.After != AttentionArguments.Everything;
        bool changed = a.Softcap != 0f || a.Bias != null || a.PositionKeys != null;
        float scale = a.Softcap != 0f || a.Bias != null ? 1f : a.Scale;
        if (changed)
            LayOut(a, line, positions);

        for (int row = 0; row < n && !CallCancellation.IsRequested; row += AttentionArguments.QueryRows)
        {
            int rows = Math.Min(AttentionArguments.QueryRows, n - row);
            int begin = masked ? a.FirstKey(row) : 0;
            if (TProducts.HasPairs)
                begin &= ~1;
            int end = masked ? a.EndKey(row + rows - 1) : n;
            TileArguments t = default;
            t.X = TProducts.PackQueries(a, row, rows, width, queries, out t.XStride);
            t.Depth = a.HeadSize;
            t.YStride = scoreStride;
            for (int first = begin / PanelWidth * PanelWidth; first < end; first += PanelWidth)
            {
                t.B = (byte*)(transposed + (nint)first * a.HeadSize);
                t.BStride = Math.Min(PanelWidth, keys - first);
                t.Y = scores + first;
                TProducts.MultiplyKeys(t, rows, (int)t.BStride);
            }
            if (a.PositionKeys != null)
                MultiplyPositions(a, a.Q + row * a.Stride, rows, a.PositionKeys, contents);

            t.X = scores + begin;
            t.XStride = scoreStride;
            t.B = valuesInPlace ? (byte*)a.V : (byte*)values;
            t.BStride = valuesInPlace ? a.Stride : width;
            t.Depth = end - begin;
            t.Y = inPlace ? a.Y + row * a.YStride : output;
            t.YStride = inPlace ? a.YStride : width;
            for (int i = 0; i < rows; i++)
            {
                float* score = scores + (nint)i * scoreStride;
                int first = masked ? a.FirstKey(row + i) : 0;
                int last = masked ? a.EndKey(row + i) : n;
                if (changed)
                    Change(a, row + i, first, last, score, line, contents + (nint)i * a.Positions, positions);
                inverses[i] = AttentionSoftmax<TIsa, TVector>.Run(score + first, last - first, scale, numbers);
                if (masked)
                {
                    // With the other half of a last pair.
                    new Span<float>(score + begin, first - begin).Clear();
                    new Span<float>(score + last, end - last + ((end - begin) & 1)).Clear();
                }
                TProducts.PackWeights(score + begin, end - begin);
            }
            TProducts.MultiplyValues(t, begin, n, rows, width);
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
        ProductsF32<TIsa, TVector>.Multiply(t, rows, a.Positions);
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
}
