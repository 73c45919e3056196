namespace Sextant.Measurement.Cases;

/// <summary>1 + erf(x) in double, which the platform lacks: within 1e-15 for |x| below 6.</summary>
internal static class ErrorFunction
{
    public static double OnePlus(double x)
    {
        // 1 + erf(−x) = erfc(x), which must not be computed as a difference.
        if (x < -1.5)
            return Complement(-x);
        return x > 1.5 ? 2 - Complement(x) : 1 + Series(x);
    }

    /// <summary>erf(x).</summary>
    public static double Of(double x) => Math.Abs(x) <= 1.5 ? Series(x) : Math.Sign(x) * (1 - Complement(Math.Abs(x)));

    // The Maclaurin series, Σ (−1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1)) · 2/√π.
    private static double Series(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 60; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    // erfc(x) = exp(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))) for x > 1.5, from the far end.
    private static double Complement(double x)
    {
        double fraction = x;
        for (int n = 200; n > 0; n--)
            fraction = x + n / 2.0 / fraction;
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction;
    }
}
