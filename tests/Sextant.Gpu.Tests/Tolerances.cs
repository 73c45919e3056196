namespace Sextant.Gpu.Tests;

/// <summary>Every tolerance of these tests, with its reason. Exact mode has none.</summary>
internal static class Tolerances
{
    /// <summary>
    /// f32 sums of at most 256 products of the same 16-bit factors, and an activation in f32, against double; divided
    /// by one plus the sum of the products' sizes. Set 2026-11-21.
    /// </summary>
    public const double FastProduct = 1e-6;

    /// <summary>
    /// Beside the rounding of weights, for which the test computes what is allowed: f32 sums of up to 200 products with
    /// values below 2, and scores in f32. Set 2026-11-21.
    /// </summary>
    public const double FastAttention = 1e-5;

    /// <summary>
    /// Of the exact quotient: fast mode multiplies by an inverse, and both are rounded. Set 2026-11-22.
    /// </summary>
    public const double FastQuotient = 1.0 / (1 << 22);

    /// <summary>
    /// Cosine between states in bf16 and in f32: a step of bf16 is 2⁻⁸, and what is lost in each layer adds up as
    /// noise. Set 2026-11-21.
    /// </summary>
    public const double FastCosine = 0.999;
}
