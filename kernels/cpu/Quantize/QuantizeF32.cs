using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Quantize;

// Rows to bytes, two passes over a row that stays in the L1.   Bound: L1 bandwidth.
// Order     extremes are exact, so that their order does not matter; each byte is one fused multiply-add.
// Edges     what a vector does not fill is done by the reference.

internal static unsafe class QuantizeF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in QuantizeArguments a)
    {
        int n = a.Columns;
        int pairs = n & ~((2 * TIsa.Count) - 1);
        for (int row = 0; row < a.Rows; row++)
        {
            float* x = a.X + row * a.XStride;
            byte* q = a.Q + row * a.QStride;
            TVector high0 = TIsa.Zero, high1 = TIsa.Zero, low0 = TIsa.Zero, low1 = TIsa.Zero, poisons = TIsa.Zero;
            for (int k = 0; k < pairs; k += 2 * TIsa.Count)
            {
                TVector v0 = TIsa.Multiply(TIsa.Load(x + k), TIsa.Load(a.Inverse + k));
                TVector v1 = TIsa.Multiply(TIsa.Load(x + k + TIsa.Count), TIsa.Load(a.Inverse + k + TIsa.Count));
                high0 = TIsa.Max(high0, v0);
                high1 = TIsa.Max(high1, v1);
                low0 = TIsa.Max(low0, TIsa.Subtract(TIsa.Zero, v0));
                low1 = TIsa.Max(low1, TIsa.Subtract(TIsa.Zero, v1));
                poisons = TIsa.Add(poisons, TIsa.Multiply(v0, TIsa.Zero));
                poisons = TIsa.Add(poisons, TIsa.Multiply(v1, TIsa.Zero));
            }
            float high = TIsa.FoldMax(TIsa.Max(high0, high1));
            float low = TIsa.FoldMax(TIsa.Max(low0, low1));
            float poison = TIsa.FoldAdd(poisons);
            for (int k = pairs; k < n; k++)
            {
                float v = x[k] * a.Inverse[k];
                high = high > v ? high : v;
                low = low > 0f - v ? low : 0f - v;
                poison += v * 0f;
            }
            RowSteps steps = QuantizeReference.Steps(high, low, poison);
            a.Scales[row] = steps.Scale;
            a.Offsets[row] = steps.Offset;
            TVector perUnit = TIsa.Broadcast(steps.PerUnit);
            TVector shift = TIsa.Broadcast(steps.Shift);
            for (int k = 0; k < pairs; k += TIsa.Count)
            {
                TVector v = TIsa.Multiply(TIsa.Load(x + k), TIsa.Load(a.Inverse + k));
                TIsa.StoreSteps(q + k, TIsa.Fma(v, perUnit, shift));
            }
            for (int k = pairs; k < n; k++)
                q[k] = QuantizeReference.Step(x[k] * a.Inverse[k], steps);
            for (int k = n; k % 4 != 0; k++)
                q[k] = 0;
        }
    }
}
