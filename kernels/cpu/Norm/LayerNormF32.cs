using System.Runtime.CompilerServices;
using Sextant.Kernels.Sum;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Norm;

// LayerNorm, three passes over a row that stays in the L1.   Bound: memory for large T, else L1 bandwidth.

internal static unsafe class LayerNormF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in LayerNormArguments a)
    {
        a.AssertValid();
        int n = a.Columns;
        float* tail = stackalloc float[SumF32<TIsa, TVector>.TailLength];
        for (int row = 0; row < a.Rows; row++)
        {
            float* x = a.X + (nint)row * n;
            float* y = a.Y + (nint)row * n;
            float mean = SumF32<TIsa, TVector>.Sum(x, n, tail) / n;
            TVector means = TIsa.Broadcast(mean);
            int i = 0;
            for (; i <= n - TIsa.Count; i += TIsa.Count)
                TIsa.Store(y + i, TIsa.Subtract(TIsa.Load(x + i), means));
            for (; i < n; i++)
                y[i] = x[i] - mean;
            float variance = SumF32<TIsa, TVector>.SumOfProducts(y, y, n, tail) / n;
            float inverse = 1f / MathF.Sqrt(variance + a.Epsilon);
            TVector inverses = TIsa.Broadcast(inverse);
            for (i = 0; i <= n - TIsa.Count; i += TIsa.Count)
            {
                TVector scaled = TIsa.Multiply(TIsa.Load(y + i), inverses);
                TIsa.Store(y + i, TIsa.Fma(scaled, TIsa.Load(a.Gamma + i), TIsa.Load(a.Beta + i)));
            }
            for (; i < n; i++)
                y[i] = MathF.FusedMultiplyAdd(y[i] * inverse, a.Gamma[i], a.Beta[i]);
        }
    }
}
