namespace Sextant.Tests;

/// <summary>Every tolerance of these tests that a fixture does not bring itself, with its reason.</summary>
internal static class Tolerances
{
    /// <summary>Two dense layers and a norm in f32 against double, values below 1: rounding of 64-term sums. Set 2026-11.</summary>
    public const double Head = 2e-6;
}
