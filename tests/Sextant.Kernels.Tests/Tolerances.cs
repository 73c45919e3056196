namespace Sextant.Kernels.Tests;

/// <summary>Every tolerance of this project, with its reason. Set 2026-11 at about four times the worst seen.</summary>
internal static class Tolerances
{
    /// <summary>Largest ulp of exp over all finite floats, as kernels/NUMERICS.md states it.</summary>
    public const double ExpUlp = 0.89;

    /// <summary>Largest ulp of erf and tanh, as kernels/NUMERICS.md states it: a ratio of two polynomials.</summary>
    public const double RationalUlp = 6.0;

    /// <summary>Absolute error of attention over values up to 2, 100 keys.</summary>
    public const double Attention = 4e-6;

    /// <summary>The same of bfloat16 numbers; the worst seen was 7.5e-3. 2026-11-30.</summary>
    public const double AttentionBFloat16 = 0.03;

    /// <summary>
    /// Absolute error of binary64 sine and cosine up to 2²⁰: the claim plus the platform's own. 2026-11-21.
    /// </summary>
    public const double DoubleSine = 4.5e-16;

    /// <summary>Relative error of binary64 log and exp: two ulps plus the platform's own. 2026-11-21.</summary>
    public const double DoubleUlps = 9e-16;

    /// <summary>
    /// Absolute error of a cosine or sine in a rotation table: half an ulp of 1 in binary32, and a hair. 2026-11-21.
    /// </summary>
    public const double Rotation = 3.0e-8 + 2e-9;

    /// <summary>
    /// log(1 + x) rounded from binary64: half an ulp, and what 1 + x loses of a small x. Set 2026-11-21.
    /// </summary>
    public const double LogOnePlusUlp = 0.75;
}
