using Sextant.Kernels.Hamming;
using Sextant.Kernels.PackedDot;
using Sextant.Kernels.SignDot;
using Sextant.Kernels.Similarity;
using Sextant.Kernels.WeightedHamming;
using Sextant.Kernels.X64;

namespace Sextant.Kernels;

/// <summary>One kernel for every op: what a CPU backend runs. Immutable; safe for any number of threads.</summary>
/// <remarks>An op is a line here; its kernels are in the table in its folder.</remarks>
internal sealed class KernelSet(KernelSelection selection)
{
    private static KernelSet? s_chosen;

    /// <summary>Picks from each table the best kernel that needs no more than <paramref name="isa"/>.</summary>
    public KernelSet(Isa isa)
        : this(new KernelSelection(isa))
    {
    }

    /// <summary>The set for this machine, or the one <see cref="InstructionSets.Variable"/> forces.</summary>
    /// <exception cref="PlatformNotSupportedException">The variable names a set this machine lacks.</exception>
    public static KernelSet Chosen => s_chosen ??= new KernelSet(InstructionSets.Choose());

    /// <summary>
    /// Why assembled kernels (kernels/x64) cannot be used here, so that compiled ones serve; null where they can.
    /// </summary>
    public static string? MachineCodeProblem => MachineCode.Problem;

    /// <summary>The instruction set asked for.</summary>
    public Isa Isa => selection.Isa;

    /// <summary>All that is below, in order.</summary>
    public IReadOnlyList<ChosenKernel> Ops => selection.Ops;

    public ChosenKernel<Kernel<GemmArguments>> Gemm { get; } = selection.Of(GemmKernels.Table);
    public ChosenKernel<Kernel<GemmArguments>> GemmBFloat16 { get; } = selection.Of(GemmBFloat16Kernels.Table);
    public ChosenKernel<Kernel<QuantizeArguments>> Quantize { get; } = selection.Of(QuantizeKernels.Table);
    public ChosenKernel<Kernel<GemmInt8Arguments>> GemmInt8 { get; } = selection.Of(GemmInt8Kernels.Table);
    public ChosenKernel<Kernel<AttentionArguments>> Attention { get; } = selection.Of(AttentionKernels.Table);
    public ChosenKernel<Kernel<AttentionArguments>> AttentionBFloat16 { get; } = selection.Of(AttentionBFloat16Kernels.Table);
    public ChosenKernel<Kernel<LayerNormArguments>> LayerNorm { get; } = selection.Of(LayerNormKernels.Table);
    public ChosenKernel<Kernel<RmsNormArguments>> RmsNorm { get; } = selection.Of(RmsNormKernels.Table);
    public ChosenKernel<Kernel<RopeArguments>> Rope { get; } = selection.Of(RopeKernels.Table);
    public ChosenKernel<Kernel<GatherArguments>> Gather { get; } = selection.Of(GatherKernels.Table);
    public ChosenKernel<Kernel<PoolArguments>> Pool { get; } = selection.Of(PoolKernels.Table);
    public ChosenKernel<ActivationKernel> Activation { get; } = selection.Of(ActivationKernels.Table);
    public ChosenKernel<Kernel<GateArguments>> Gate { get; } = selection.Of(GateKernels.Table);
    public ChosenKernel<NormalizeKernel> Normalize { get; } = selection.Of(NormalizeKernels.Table);
    public ChosenKernel<DotKernel> Dot { get; } = selection.Of(DotKernels.Table);
    public ChosenKernel<Kernel<HammingArguments>> Hamming { get; } = selection.Of(HammingKernels.Table);
    public ChosenKernel<Kernel<HammingBatchArguments>> HammingBatch { get; } = selection.Of(HammingBatchKernels.Table);
    public ChosenKernel<Kernel<WeightedHammingArguments>> WeightedHamming { get; } =
        selection.Of(WeightedHammingKernels.Table);
    public ChosenKernel<Kernel<SimilarityArguments>> Similarity { get; } = selection.Of(SimilarityKernels.Table);
    public ChosenKernel<Kernel<SignDotArguments>> SignDot { get; } = selection.Of(SignDotKernels.Table);
    public ChosenKernel<Kernel<PackedDotArguments>> PackedDot { get; } = selection.Of(PackedDotKernels.Table);

    /// <summary>
    /// Whether <see cref="GemmBFloat16"/> is fastest on paired weights: no other set can read them.
    /// </summary>
    public bool PairsBFloat16 =>
        Isa == Isa.Avx512Vnni && ProcessorBits.HasAvx512Bf16 && MachineCodeProblem is null;
}

/// <summary>Picks the kernels of a <see cref="KernelSet"/> and remembers them.</summary>
internal sealed class KernelSelection(Isa isa)
{
    private readonly List<ChosenKernel> _ops = [];

    public Isa Isa => isa;

    public IReadOnlyList<ChosenKernel> Ops => _ops;

    public ChosenKernel<TKernel> Of<TKernel>(KernelTable<TKernel> table)
        where TKernel : Delegate
    {
        var chosen = new ChosenKernel<TKernel>(table, isa);
        _ops.Add(chosen);
        return chosen;
    }
}
