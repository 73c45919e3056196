using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.GemmBFloat16;

/// <summary>Narrowing to bfloat16, a vector at a time; the numbers stay f32.</summary>
internal static unsafe class NarrowF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    /// <summary>y [n] = narrow(x [n]); y may be x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* x, int n, float* y)
    {
        int i = 0;
        for (; i <= n - TIsa.Count; i += TIsa.Count)
            TIsa.Store(y + i, Narrow(TIsa.Load(x + i)));
        for (; i < n; i++)
            y[i] = NarrowReference.Narrow(x[i]);
    }

    /// <summary>Each element narrowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Narrow(TVector value)
    {
        TVector spread = TIsa.Multiply(value, TIsa.Broadcast(NarrowReference.Split));
        TVector high = TIsa.Subtract(spread, TIsa.Subtract(spread, value));
        TVector magnitude = TIsa.Max(high, TIsa.Subtract(TIsa.Zero, high));
        // Written so that a NaN stays what it is.
        return TIsa.SelectGreater(TIsa.Broadcast(NarrowReference.MinMagnitude), magnitude, TIsa.Zero, high);
    }
}
