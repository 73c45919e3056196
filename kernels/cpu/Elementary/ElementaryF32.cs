using System.Runtime.CompilerServices;
using Sextant.Kernels.Vectors;
using static Sextant.Kernels.Elementary.ElementaryConstants;

namespace Sextant.Kernels.Elementary;

// ElementaryReference, a vector at a time: the same operations in the same order, so the same bits.
// Constants are written at each use: the compiler keeps them as memory operands and no register is spent on them.

internal static class ElementaryF32<TIsa, TVector>
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Exp(TVector x)
    {
        TVector shifted = TIsa.Fma(x, TIsa.Broadcast(Log2E), TIsa.Broadcast(RoundToInteger));
        TVector rounded = TIsa.Subtract(shifted, TIsa.Broadcast(RoundToInteger));
        TVector r = TIsa.Fma(rounded, TIsa.Broadcast(NegativeLn2High), x);
        r = TIsa.Fma(rounded, TIsa.Broadcast(NegativeLn2Low), r);
        TVector p = TIsa.Fma(TIsa.Broadcast(Exp6), r, TIsa.Broadcast(Exp5));
        p = TIsa.Fma(p, r, TIsa.Broadcast(Exp4));
        p = TIsa.Fma(p, r, TIsa.Broadcast(Exp3));
        p = TIsa.Fma(p, r, TIsa.Broadcast(Exp2));
        p = TIsa.Fma(p, r, TIsa.Broadcast(1f));
        p = TIsa.Fma(p, r, TIsa.Broadcast(1f));
        TVector y = TIsa.ScaleByPowerOf2(p, rounded);
        // Written so that a NaN passes both tests as it is: y is NaN then.
        y = TIsa.SelectGreater(TIsa.Broadcast(ExpUnderflow), x, TIsa.Zero, y);
        return TIsa.SelectGreater(x, TIsa.Broadcast(ExpOverflow), TIsa.Broadcast(float.PositiveInfinity), y);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Erf(TVector x)
    {
        TVector z = Clamp(x, ErfLimit);
        TVector s = TIsa.Multiply(z, z);
        TVector p = TIsa.Fma(TIsa.Broadcast(ErfP5), s, TIsa.Broadcast(ErfP4));
        TVector q = TIsa.Fma(TIsa.Broadcast(ErfQ5), s, TIsa.Broadcast(ErfQ4));
        p = TIsa.Fma(p, s, TIsa.Broadcast(ErfP3));
        q = TIsa.Fma(q, s, TIsa.Broadcast(ErfQ3));
        p = TIsa.Fma(p, s, TIsa.Broadcast(ErfP2));
        q = TIsa.Fma(q, s, TIsa.Broadcast(ErfQ2));
        p = TIsa.Fma(p, s, TIsa.Broadcast(ErfP1));
        q = TIsa.Fma(q, s, TIsa.Broadcast(ErfQ1));
        p = TIsa.Fma(p, s, TIsa.Broadcast(ErfP0));
        q = TIsa.Fma(q, s, TIsa.Broadcast(1f));
        return Clamp(TIsa.Divide(TIsa.Multiply(z, p), q), 1f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Tanh(TVector x)
    {
        TVector z = Clamp(x, TanhLimit);
        TVector s = TIsa.Multiply(z, z);
        TVector p = TIsa.Fma(TIsa.Broadcast(TanhP4), s, TIsa.Broadcast(TanhP3));
        TVector q = TIsa.Fma(TIsa.Broadcast(TanhQ4), s, TIsa.Broadcast(TanhQ3));
        p = TIsa.Fma(p, s, TIsa.Broadcast(TanhP2));
        q = TIsa.Fma(q, s, TIsa.Broadcast(TanhQ2));
        p = TIsa.Fma(p, s, TIsa.Broadcast(TanhP1));
        q = TIsa.Fma(q, s, TIsa.Broadcast(TanhQ1));
        p = TIsa.Fma(p, s, TIsa.Broadcast(1f));
        q = TIsa.Fma(q, s, TIsa.Broadcast(1f));
        return Clamp(TIsa.Divide(TIsa.Multiply(z, p), q), 1f);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Clamp(TVector x, float limit)
    {
        TVector y = TIsa.Min(TIsa.Broadcast(limit), x);
        return TIsa.Max(TIsa.Broadcast(-limit), y);
    }
}
