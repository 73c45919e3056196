using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>The ops whose kernels are measured: one line each. A test compares it with the kernel tables.</summary>
internal static class OpCatalog
{
    public static readonly IReadOnlyList<OpCases> Ops =
    [
        new GemmCases(),
        new GemmBFloat16Cases(),
        new QuantizeCases(),
        new GemmInt8Cases(),
        new AttentionCases(AttentionKernels.Table, isNarrow: false),
        new AttentionCases(AttentionBFloat16Kernels.Table, isNarrow: true),
        new LayerNormCases(),
        new RmsNormCases(),
        new RopeCases(),
        new GatherCases(),
        new PoolCases(),
        new ActivationCases(),
        new GateCases(),
        new NormalizeCases(),
        new DotCases(),
        new HammingCases(),
        new HammingBatchCases(),
        new WeightedHammingCases(),
        new SimilarityCases(),
        new SignDotCases(),
        new PackedDotCases(),
    ];

    /// <summary>The same for a command line.</summary>
    public static IReadOnlyList<NamedOp> Named { get; } =
        [.. Ops.Select(op => new NamedOp(op.Op, op.ShapeForm, op.Variants, op.Shapes))];
}
