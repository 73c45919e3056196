namespace Sextant.Tests;

/// <summary>Every tolerance of these tests that a fixture does not bring itself, with its reason.</summary>
internal static class Tolerances
{
    /// <summary>
    /// Two dense layers and a norm in f32 against double, values below 1: rounding of 64-term sums. Set 2026-11.
    /// </summary>
    public const double Head = 2e-6;

    /// <summary>
    /// stories260K's f32 error, which its reference does not state: a third of the worst allowed. Set 2026-11-21.
    /// </summary>
    public const double Stories = 1e-9;

    /// <summary>
    /// A dense layer, a norm and a last layer in f32 against double, values of about 1. Set 2026-11-21.
    /// </summary>
    public const double HeadByHand = 4e-6;

    /// <summary>A handful of operations in double against the same by hand with 15 digits. Set 2026-11.</summary>
    public const double ByHand = 1e-12;

    /// <summary>
    /// Cosine of a family's tiny random model in int8 to f32, of every text. Set 2026-11-30.
    /// </summary>
    public const double MinInt8Cosine = 0.99;

    /// <summary>The same in bf16, which keeps eight bits of every number. Set 2026-11-30.</summary>
    public const double MinBFloat16Cosine = 0.9995;

    /// <summary>Scores below 2 kept in f32: half an ulp, and a logarithm rounded to f32. Set 2026-11.</summary>
    public const double Score = 4e-7;

    /// <summary>
    /// Unit vectors of static tables against numpy's in f32: the reference's mean of 1000 equal rows is itself 3.4e-6
    /// from that row computed in double, ours 0.3e-6; model2vec-rs allows the same in its own test. Set 2026-11-21.
    /// </summary>
    public const double StaticTable = 1e-5;

    /// <summary>
    /// Unit vectors of the default model in f32 against float64: PyTorch's own f32 is off by 1.6e-7. Set 2026-11.
    /// </summary>
    public const double UnitVector = 1e-6;

    /// <summary>
    /// A layer of width 8 in f32 against double, relative to 1 or to the largest value above 1: worst seen 2.7e-7,
    /// three times that are allowed. Set 2026-11-30.
    /// </summary>
    public const double Cases = 8e-7;

    /// <summary>Weights below 1 rounded to binary16: half an ulp each, a few layers on. Set 2026-11-30.</summary>
    public const double Halves = 4e-3;
}
