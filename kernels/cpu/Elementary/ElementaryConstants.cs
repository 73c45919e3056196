namespace Sextant.Kernels.Elementary;

/// <summary>The named coefficients of kernels/NUMERICS.md. Changing a bit here changes every embedding.</summary>
internal static class ElementaryConstants
{
    // exp(x) = 2^n · exp(r), n = round(x·log2 e), |r| ≤ ln 2 / 2. Adding 1.5·2^23 rounds to an integer in place.
    public const float Log2E = 1.44269504f;
    public const float RoundToInteger = 12582912f;
    public const int RoundToIntegerBits = 0x4B400000;
    public const float NegativeLn2High = -0.693359375f;      // nine bits, so that n · high is exact
    public const float NegativeLn2Low = 2.12194440e-4f;
    public const float ExpUnderflow = -87.33654f;            // below: +0; from here on a normal number
    public const float ExpOverflow = 88.72283f;              // above: +infinity
    public const float Exp2 = 0.49999994f;                   // exp(r) = 1 + r + r²·(Exp2 + r·(Exp3 + …)), minimax
    public const float Exp3 = 0.16666521f;
    public const float Exp4 = 0.04166839f;
    public const float Exp5 = 0.008368745f;
    public const float Exp6 = 0.0013814539f;

    // erf(x) = z·P(z²) / Q(z²), z = x held within ±ErfLimit; relative minimax, all coefficients positive.
    public const float ErfLimit = 3.92f;
    public const float ErfP0 = 1.1283791f;
    public const float ErfP1 = 0.19036834f;
    public const float ErfP2 = 0.052744143f;
    public const float ErfP3 = 0.0037641008f;
    public const float ErfP4 = 0.00028487062f;
    public const float ErfP5 = 2.0506805e-06f;
    public const float ErfQ1 = 0.5020423f;
    public const float ErfQ2 = 0.11409377f;
    public const float ErfQ3 = 0.014966171f;
    public const float ErfQ4 = 0.001162208f;
    public const float ErfQ5 = 3.8097194e-05f;

    // tanh(x), the same way.
    public const float TanhLimit = 9.02f;
    public const float TanhP1 = 0.1337967f;
    public const float TanhP2 = 0.0034939817f;
    public const float TanhP3 = 2.0582514e-05f;
    public const float TanhP4 = 1.331822e-08f;
    public const float TanhQ1 = 0.4671299f;
    public const float TanhQ2 = 0.025870867f;
    public const float TanhQ3 = 0.00032830026f;
    public const float TanhQ4 = 7.761499e-07f;

    public const float SqrtHalf = 0.70710678f;
    public const float GeluTanhScale = 0.79788456f;          // sqrt(2/π)
    public const float GeluTanhCubic = 0.044715f;
}
