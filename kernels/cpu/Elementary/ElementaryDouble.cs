using static System.Math;

namespace Sextant.Kernels.Elementary;

// Functions in binary64 for tables that are computed when a model is loaded (kernels/NUMERICS.md): sequences of
// correctly rounded operations, so that the tables have the same bits on every machine. The polynomials are Taylor's,
// whose coefficients are quotients of whole numbers and are written as such.

/// <summary>
/// log, exp, pow, sine and cosine of binary64 numbers as fixed sequences of correctly rounded operations.
/// </summary>
internal static class ElementaryDouble
{
    private const double HalfPiHigh = 1.5707963267948966;
    private const double HalfPiLow = 6.123233995736766e-17;
    private const double TwoOverPi = 0.6366197723675814;
    private const double Ln2High = 0.6931471805599453;
    private const double Ln2Low = 2.3190468138462996e-17;
    private const double Log2E = 1.4426950408889634;
    private const double SqrtTwo = 1.4142135623730951;

    // Below 2⁻²⁶ log(1 + x) is x to within an eighth of an ulp.
    private const float LogOnePlusIdentity = 1.4901161e-8f;

    // Adding 1.5·2^52 rounds to an integer in place.
    private const double RoundToInteger = 6755399441055744;

    /// <summary>The natural logarithm of a positive normal number. Within 2 ulp, near 1 within 2⁻⁵³.</summary>
    public static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double m = BitConverter.Int64BitsToDouble((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > SqrtTwo)
        {
            m *= 0.5;
            exponent++;
        }
        // log m = 2·(s + s³/3 + s⁵/5 + …), s = (m − 1)/(m + 1), |s| ≤ 0.1716.
        double s = (m - 1) / (m + 1);
        double z = s * s;
        double p = 1.0 / 23;
        for (int k = 21; k >= 3; k -= 2)
            p = FusedMultiplyAdd(p, z, 1.0 / k);
        double tail = 2 * s * z * p;
        return FusedMultiplyAdd(exponent, Ln2High, FusedMultiplyAdd(exponent, Ln2Low, tail) + 2 * s);
    }

    /// <summary>log(1 + x) of a binary32 number that is not negative, rounded to binary32. Within 0.75 ulp.</summary>
    public static float LogOnePlus(float x) => LogOnePlusIdentity > x ? x : (float)Log(1.0 + x);

    /// <summary>e to the power x, for |x| up to 700. Within 2 ulp.</summary>
    public static double Exp(double x)
    {
        double n = FusedMultiplyAdd(x, Log2E, RoundToInteger) - RoundToInteger;
        double r = FusedMultiplyAdd(-n, Ln2High, x);
        r = FusedMultiplyAdd(-n, Ln2Low, r);
        double p = 1;
        for (int k = 14; k >= 1; k--)
            p = FusedMultiplyAdd(p, r / k, 1);
        return p * BitConverter.Int64BitsToDouble(((long)n + 1023) << 52);
    }

    /// <summary>x to the power y = exp(y · log x), for positive x.</summary>
    public static double Pow(double x, double y) => Exp(y * Log(x));

    /// <summary>The sine and cosine of an angle of at most 2²⁰. Within 2⁻⁵² of the exact values.</summary>
    public static (double Sine, double Cosine) SinCos(double x)
    {
        double n = FusedMultiplyAdd(x, TwoOverPi, RoundToInteger) - RoundToInteger;
        double r = FusedMultiplyAdd(-n, HalfPiHigh, x);
        r = FusedMultiplyAdd(-n, HalfPiLow, r);
        // sin r = r·(1 − r²/6·(1 − r²/20·(…))), cos r = 1 − r²/2·(1 − r²/12·(…)), |r| ≤ π/4.
        double z = r * r;
        double sine = 1;
        double cosine = 1;
        for (int k = 18; k >= 2; k -= 2)
        {
            sine = FusedMultiplyAdd(-sine, z / (k * (k + 1)), 1);
            cosine = FusedMultiplyAdd(-cosine, z / (k * (k - 1)), 1);
        }
        sine *= r;
        return ((long)n & 3) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }
}
