using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Pool;

// Poolings: a vector of columns at a time, rows ascending.   Bound: L2 bandwidth.

internal static unsafe class PoolF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in PoolArguments a)
    {
        a.AssertValid();
        int n = a.Columns;
        int whole = n - n % TIsa.Count;
        for (int i = 0; i < whole; i += TIsa.Count)
            TIsa.Store(a.Y + i, Columns(a, i));
        for (int i = whole; i < n; i++)
            a.Y[i] = PoolReference.Column(a, i);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Columns(in PoolArguments a, int i)
    {
        float* x = a.X + i;
        nint stride = a.Columns;
        if (a.Kind == PoolKind.Cls)
            return TIsa.Load(x);
        if (a.Kind == PoolKind.LastToken)
            return TIsa.Load(x + (a.Rows - 1) * stride);
        x += a.Skip * stride;
        TVector value = a.Kind == PoolKind.Max ? TIsa.Load(x) : TIsa.Zero;
        for (int t = a.Skip; t < a.Rows; t++, x += stride)
        {
            TVector row = TIsa.Load(x);
            value = a.Kind switch
            {
                PoolKind.Max => TIsa.Max(value, row),
                PoolKind.WeightedMean => TIsa.Fma(TIsa.Broadcast(t + 1), row, value),
                _ => TIsa.Add(value, row),
            };
        }
        return a.Kind == PoolKind.Max ? value : TIsa.Divide(value, TIsa.Broadcast(a.Divisor));
    }
}
