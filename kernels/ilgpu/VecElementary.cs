using Sextant.Kernels;
using static Sextant.Kernels.Elementary.ElementaryConstants;

namespace Sextant.Ilgpu.Kernels;

/// <summary>The sequences of <see cref="Elementary"/> on vectors of 16.</summary>
internal static class VecElementary
{
    public static int Exp(int x)
    {
        int shifted = Vec.Fma(x, Vec.Of(Log2E), Vec.Of(RoundToInteger));
        int rounded = Vec.Sub(shifted, Vec.Of(RoundToInteger));
        int r = Vec.Fma(rounded, Vec.Of(NegativeLn2High), x);
        r = Vec.Fma(rounded, Vec.Of(NegativeLn2Low), r);
        int p = Vec.Fma(Vec.Of(Exp6), r, Vec.Of(Exp5));
        p = Vec.Fma(p, r, Vec.Of(Exp4));
        p = Vec.Fma(p, r, Vec.Of(Exp3));
        p = Vec.Fma(p, r, Vec.Of(Exp2));
        p = Vec.Fma(p, r, Vec.Of(1f));
        p = Vec.Fma(p, r, Vec.Of(1f));
        int low = Vec.LowerHalf(shifted, RoundToIntegerBits);
        int high = Vec.UpperHalf(shifted, RoundToIntegerBits, low);
        int y = Vec.Mul(Vec.Mul(p, Vec.Scale(low)), Vec.Scale(high));
        y = Vec.IfAbove(x, Vec.Of(ExpOverflow), Vec.Of(float.PositiveInfinity), y);
        return Vec.IfAbove(Vec.Of(ExpUnderflow), x, Vec.Of(0f), y);
    }

    public static int Tanh(int x)
    {
        int z = Limit(x, TanhLimit);
        int s = Vec.Mul(z, z);
        int p = Vec.Fma(Vec.Of(TanhP4), s, Vec.Of(TanhP3));
        p = Vec.Fma(p, s, Vec.Of(TanhP2));
        p = Vec.Fma(p, s, Vec.Of(TanhP1));
        p = Vec.Fma(p, s, Vec.Of(1f));
        int q = Vec.Fma(Vec.Of(TanhQ4), s, Vec.Of(TanhQ3));
        q = Vec.Fma(q, s, Vec.Of(TanhQ2));
        q = Vec.Fma(q, s, Vec.Of(TanhQ1));
        q = Vec.Fma(q, s, Vec.Of(1f));
        return Limit(Vec.Div(Vec.Mul(z, p), q), 1f);
    }

    /// <summary>Replaces a variable by its activation.</summary>
    public static void Activate(int kind, int x)
    {
        if (kind == (int)ActivationKind.Gelu)
            Vec.Set(x, Vec.Mul(Vec.Mul(Vec.Of(0.5f), x), Vec.Add(Vec.Of(1f), Erf(Vec.Mul(x, Vec.Of(SqrtHalf))))));
        else if (kind == (int)ActivationKind.GeluTanh)
            GeluTanh(x);
        else if (kind == (int)ActivationKind.Relu)
            Vec.Set(x, Vec.IfAbove(x, Vec.Of(0f), x, Vec.Of(0f)));
        else if (kind == (int)ActivationKind.Silu)
            Vec.Set(x, Vec.Div(x, Vec.Add(Vec.Of(1f), Exp(Vec.Sub(Vec.Of(0f), x)))));
        else if (kind == (int)ActivationKind.Tanh)
            Vec.Set(x, Tanh(x));
        else if (kind == (int)ActivationKind.Sigmoid)
            Vec.Set(x, Vec.Div(Vec.Of(1f), Vec.Add(Vec.Of(1f), Exp(Vec.Sub(Vec.Of(0f), x)))));
    }

    private static int Erf(int x)
    {
        int z = Limit(x, ErfLimit);
        int s = Vec.Mul(z, z);
        int p = Vec.Fma(Vec.Of(ErfP5), s, Vec.Of(ErfP4));
        p = Vec.Fma(p, s, Vec.Of(ErfP3));
        p = Vec.Fma(p, s, Vec.Of(ErfP2));
        p = Vec.Fma(p, s, Vec.Of(ErfP1));
        p = Vec.Fma(p, s, Vec.Of(ErfP0));
        int q = Vec.Fma(Vec.Of(ErfQ5), s, Vec.Of(ErfQ4));
        q = Vec.Fma(q, s, Vec.Of(ErfQ3));
        q = Vec.Fma(q, s, Vec.Of(ErfQ2));
        q = Vec.Fma(q, s, Vec.Of(ErfQ1));
        q = Vec.Fma(q, s, Vec.Of(1f));
        return Limit(Vec.Div(Vec.Mul(z, p), q), 1f);
    }

    private static void GeluTanh(int x)
    {
        int u = Vec.Fma(Vec.Of(GeluTanhCubic), Vec.Mul(Vec.Mul(x, x), x), x);
        int t = Tanh(Vec.Mul(Vec.Of(GeluTanhScale), u));
        Vec.Set(x, Vec.Mul(Vec.Mul(Vec.Of(0.5f), x), Vec.Add(Vec.Of(1f), t)));
    }

    private static int Limit(int x, float limit)
    {
        int y = Vec.IfAbove(x, Vec.Of(limit), Vec.Of(limit), x);
        int low = Vec.Of(Exact.Negate(limit));
        return Vec.IfAbove(low, y, low, y);
    }
}
