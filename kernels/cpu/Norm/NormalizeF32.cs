using System.Runtime.CompilerServices;
using Sextant.Kernels.Sum;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Norm;

// Scaling a vector to length one, in place (order: NormalizeReference).

internal static unsafe class NormalizeF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, int n)
    {
        float* tail = stackalloc float[SumF32<TIsa, TVector>.TailLength];
        float length = MathF.Sqrt(SumF32<TIsa, TVector>.SumOfProducts(x, x, n, tail));
        length = length > NormalizeReference.SmallestLength ? length : NormalizeReference.SmallestLength;
        TVector lengths = TIsa.Broadcast(length);
        int i = 0;
        for (; i <= n - TIsa.Count; i += TIsa.Count)
            TIsa.Store(x + i, TIsa.Divide(TIsa.Load(x + i), lengths));
        for (; i < n; i++)
            x[i] /= length;
    }
}
