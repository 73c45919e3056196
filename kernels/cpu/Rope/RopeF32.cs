using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Rope;

// Rotary positions, in place. A row's cosines and sines serve all its heads from the L1.   Bound: memory.

internal static unsafe class RopeF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in RopeArguments a)
    {
        a.AssertValid();
        int half = a.Rotated / 2;
        for (int row = 0; row < a.Rows; row++)
        {
            float* cosines = a.Table + (nint)a.Positions[row] * a.Rotated;
            float* sines = cosines + half;
            float* x = a.X + row * a.Stride;
            for (int head = 0; head < a.Heads; head++, x += a.HeadSize)
            {
                int i = 0;
                for (; i <= half - TIsa.Count; i += TIsa.Count)
                {
                    TVector c = TIsa.Load(cosines + i);
                    TVector s = TIsa.Load(sines + i);
                    TVector low = TIsa.Load(x + i);
                    TVector high = TIsa.Load(x + half + i);
                    TVector negative = TIsa.Subtract(TIsa.Zero, s);
                    TIsa.Store(x + i, TIsa.Fma(negative, high, TIsa.Multiply(low, c)));
                    TIsa.Store(x + half + i, TIsa.Fma(s, low, TIsa.Multiply(high, c)));
                }
                if (i < half)
                    RopeReference.Turn(x, cosines, half, i);
            }
        }
    }
}
