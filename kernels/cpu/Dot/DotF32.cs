using System.Runtime.CompilerServices;
using Sextant.Kernels.Sum;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Dot;

// scores [N] = rows [N,n] · query [n].   Bound: memory.

internal static unsafe class DotF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* query, float* rows, nint count, int n, float* scores)
    {
        float* tail = stackalloc float[SumF32<TIsa, TVector>.TailLength];
        for (nint row = 0; row < count; row++)
            scores[row] = SumF32<TIsa, TVector>.SumOfProducts(query, rows + row * n, n, tail);
    }
}
