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
}
