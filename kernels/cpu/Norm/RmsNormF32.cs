using System.Runtime.CompilerServices;
using Sextant.Kernels.Sum;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Norm;

// RMSNorm, two passes over a group that stays in the L1.   Bound: memory for large T, else L1 bandwidth.

internal static unsafe class RmsNormF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in RmsNormArguments a)
    {
        a.AssertValid();
        int n = a.Columns;
        float* tail = stackalloc float[SumF32<TIsa, TVector>.TailLength];
        for (int row = 0; row < a.Rows; row++)
        {
            float* x = a.X + row * a.XStride;
            float* y = a.Y + row * a.YStride;
            float* residual = a.Residual == null ? null : a.Residual + row * a.ResidualStride;
            for (int group = 0; group < a.Groups; group++)
            {
                float mean = SumF32<TIsa, TVector>.SumOfProducts(x, x, n, tail) / n;
                float inverse = 1f / MathF.Sqrt(mean + a.Epsilon);
                TVector inverses = TIsa.Broadcast(inverse);
                int i = 0;
                for (; i <= n - TIsa.Count; i += TIsa.Count)
                {
                    TVector value = TIsa.Multiply(TIsa.Multiply(TIsa.Load(x + i), inverses), TIsa.Load(a.Gamma + i));
                    if (residual != null)
                        value = TIsa.Add(value, TIsa.Load(residual + i));
                    TIsa.Store(y + i, value);
                }
                for (; i < n; i++)
                {
                    float value = x[i] * inverse * a.Gamma[i];
                    y[i] = residual == null ? value : value + residual[i];
                }
                x += n;
                y += n;
                if (residual != null)
                    residual += n;
            }
        }
    }
}
