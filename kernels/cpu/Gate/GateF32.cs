using System.Runtime.CompilerServices;
using Sextant.Kernels.Activation;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Gate;

// Gated activations: a row's function first, then its product while the row is in the L1.   Bound: compute (exp, erf).

internal static unsafe class GateF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in GateArguments a)
    {
        a.AssertValid();
        int n = a.Columns;
        for (int row = 0; row < a.Rows; row++)
        {
            float* x = a.X + row * a.Stride;
            ActivationF32<TIsa, TVector>.Run(a.Kind, x, a.Stride, 1, n);
            int i = 0;
            for (; i <= n - TIsa.Count; i += TIsa.Count)
                TIsa.Store(x + i, TIsa.Multiply(TIsa.Load(x + i), TIsa.Load(x + n + i)));
            for (; i < n; i++)
                x[i] *= x[n + i];
        }
    }
}
