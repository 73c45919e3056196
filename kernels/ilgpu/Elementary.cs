using ILGPU;
using Sextant.Kernels;
using static Sextant.Kernels.Elementary.ElementaryConstants;

namespace Sextant.Ilgpu.Kernels;

/// <summary>exp, erf, tanh and the activations: the sequences of kernels/NUMERICS.md.</summary>
internal static class Elementary
{
    public static float Exp(float x)
    {
        float shifted = Exact.Fma(x, Log2E, RoundToInteger);
        int n = (int)Interop.FloatAsInt(shifted) - RoundToIntegerBits;
        float rounded = Exact.Sub(shifted, RoundToInteger);
        float r = Exact.Fma(rounded, NegativeLn2High, x);
        r = Exact.Fma(rounded, NegativeLn2Low, r);
        float p = Exact.Fma(Exp6, r, Exp5);
        p = Exact.Fma(p, r, Exp4);
        p = Exact.Fma(p, r, Exp3);
        p = Exact.Fma(p, r, Exp2);
        p = Exact.Fma(p, r, 1f);
        p = Exact.Fma(p, r, 1f);
        int low = n >> 1;
        float y = Exact.Mul(Exact.Mul(p, PowerOfTwo(low)), PowerOfTwo(n - low));
        y = Exact.Above(x, ExpOverflow) ? float.PositiveInfinity : y;
        return Exact.Above(ExpUnderflow, x) ? 0f : y;
    }

    public static float Erf(float x)
    {
        float z = Limit(x, ErfLimit);
        float s = Exact.Mul(z, z);
        float p = Exact.Fma(ErfP5, s, ErfP4);
        p = Exact.Fma(p, s, ErfP3);
        p = Exact.Fma(p, s, ErfP2);
        p = Exact.Fma(p, s, ErfP1);
        p = Exact.Fma(p, s, ErfP0);
        float q = Exact.Fma(ErfQ5, s, ErfQ4);
        q = Exact.Fma(q, s, ErfQ3);
        q = Exact.Fma(q, s, ErfQ2);
        q = Exact.Fma(q, s, ErfQ1);
        q = Exact.Fma(q, s, 1f);
        return Limit(Exact.Div(Exact.Mul(z, p), q), 1f);
    }

    public static float Tanh(float x)
    {
        float z = Limit(x, TanhLimit);
        float s = Exact.Mul(z, z);
        float p = Exact.Fma(TanhP4, s, TanhP3);
        p = Exact.Fma(p, s, TanhP2);
        p = Exact.Fma(p, s, TanhP1);
        p = Exact.Fma(p, s, 1f);
        float q = Exact.Fma(TanhQ4, s, TanhQ3);
        q = Exact.Fma(q, s, TanhQ2);
        q = Exact.Fma(q, s, TanhQ1);
        q = Exact.Fma(q, s, 1f);
        return Limit(Exact.Div(Exact.Mul(z, p), q), 1f);
    }

    /// <summary>An activation by its number in Sextant.Kernels.ActivationKind.</summary>
    public static float Activate(int kind, float x)
    {
        if (kind == (int)ActivationKind.Gelu)
            return Gelu(x);
        if (kind == (int)ActivationKind.GeluTanh)
            return GeluTanh(x);
        if (kind == (int)ActivationKind.Relu)
            return Relu(x);
        if (kind == (int)ActivationKind.Silu)
            return Silu(x);
        if (kind == (int)ActivationKind.Tanh)
            return Tanh(x);
        if (kind == (int)ActivationKind.Sigmoid)
            return Sigmoid(x);
        return x;
    }

    /// <summary>Of four at once, which hide each other's latencies.</summary>
    public static Float4 Activate(int kind, Float4 x)
    {
        if (kind == (int)ActivationKind.Gelu)
            return new Float4 { X = Gelu(x.X), Y = Gelu(x.Y), Z = Gelu(x.Z), W = Gelu(x.W) };
        if (kind == (int)ActivationKind.GeluTanh)
            return new Float4 { X = GeluTanh(x.X), Y = GeluTanh(x.Y), Z = GeluTanh(x.Z), W = GeluTanh(x.W) };
        if (kind == (int)ActivationKind.Relu)
            return new Float4 { X = Relu(x.X), Y = Relu(x.Y), Z = Relu(x.Z), W = Relu(x.W) };
        if (kind == (int)ActivationKind.Silu)
            return new Float4 { X = Silu(x.X), Y = Silu(x.Y), Z = Silu(x.Z), W = Silu(x.W) };
        if (kind == (int)ActivationKind.Tanh)
            return new Float4 { X = Tanh(x.X), Y = Tanh(x.Y), Z = Tanh(x.Z), W = Tanh(x.W) };
        if (kind == (int)ActivationKind.Sigmoid)
            return new Float4 { X = Sigmoid(x.X), Y = Sigmoid(x.Y), Z = Sigmoid(x.Z), W = Sigmoid(x.W) };
        return x;
    }

    private static float Gelu(float x) =>
        Exact.Mul(Exact.Mul(0.5f, x), Exact.Add(1f, Erf(Exact.Mul(x, SqrtHalf))));

    private static float GeluTanh(float x)
    {
        float u = Exact.Fma(GeluTanhCubic, Exact.Mul(Exact.Mul(x, x), x), x);
        return Exact.Mul(Exact.Mul(0.5f, x), Exact.Add(1f, Tanh(Exact.Mul(GeluTanhScale, u))));
    }

    private static float Relu(float x) => Exact.Above(x, 0f) ? x : 0f;

    private static float Silu(float x) => Exact.Div(x, Exact.Add(1f, Exp(Exact.Sub(0f, x))));

    private static float Sigmoid(float x) => Exact.Div(1f, Exact.Add(1f, Exp(Exact.Sub(0f, x))));

    private static float PowerOfTwo(int n) => Interop.IntAsFloat((uint)((n + 127) << 23));

    private static float Limit(float x, float limit)
    {
        float y = Exact.Above(x, limit) ? limit : x;
        float low = Exact.Sub(0f, limit);
        return Exact.Above(low, y) ? low : y;
    }
}
