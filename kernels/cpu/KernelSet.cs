using Sextant.Kernels.Hamming;
using Sextant.Kernels.SignDot;
using Sextant.Kernels.Similarity;
using Sextant.Kernels.X64;

namespace Sextant.Kernels;

/// <summary>One kernel for every op: what a CPU backend runs. Immutable; safe for any number of threads.</summary>
internal sealed class KernelSet
{
    private static KernelSet? s_chosen;
    private readonly KernelRow<Kernel<GemmInt8Arguments>> _gemmInt8;
    private readonly KernelRow<Kernel<GemmInt8Arguments>> _managedGemmInt8;

    /// <summary>Picks from each table the best kernel that needs no more than <paramref name="isa"/>.</summary>
    public KernelSet(Isa isa)
    {
        Isa = isa;
        Gemm = KernelTable.Select(KernelTable.Gemm, isa);
        Quantize = KernelTable.Select(KernelTable.Quantize, isa);
        _gemmInt8 = KernelTable.Select(KernelTable.GemmInt8, isa);
        _managedGemmInt8 = KernelTable.Select(KernelTable.GemmInt8, isa < Isa.Avx512 ? isa : Isa.Avx512);
        GemmBFloat16 = KernelTable.Select(KernelTable.GemmBFloat16, isa);
        Attention = KernelTable.Select(KernelTable.Attention, isa);
        LayerNorm = KernelTable.Select(KernelTable.LayerNorm, isa);
        RmsNorm = KernelTable.Select(KernelTable.RmsNorm, isa);
        Rope = KernelTable.Select(KernelTable.Rope, isa);
        Gather = KernelTable.Select(KernelTable.Gather, isa);
        Pool = KernelTable.Select(KernelTable.Pool, isa);
        Activation = KernelTable.Select(KernelTable.Activation, isa);
        Gate = KernelTable.Select(KernelTable.Gate, isa);
        Normalize = KernelTable.Select(KernelTable.Normalize, isa);
        Dot = KernelTable.Select(KernelTable.Dot, isa);
        Hamming = KernelTable.Select(KernelTable.Hamming, isa);
        HammingBatch = KernelTable.Select(KernelTable.HammingBatch, isa);
        Similarity = KernelTable.Select(KernelTable.Similarity, isa);
        SignDot = KernelTable.Select(KernelTable.SignDot, isa);
    }

    /// <summary>The set for this machine, or the one <see cref="InstructionSets.Variable"/> forces.</summary>
    /// <exception cref="PlatformNotSupportedException">The variable names a set this machine lacks.</exception>
    public static KernelSet Chosen => s_chosen ??= new KernelSet(InstructionSets.Choose());

    /// <summary>The instruction set asked for.</summary>
    public Isa Isa { get; }

    /// <summary>Matrix product.</summary>
    public KernelRow<Kernel<GemmArguments>> Gemm { get; }

    /// <summary>Matrix product of bfloat16 numbers.</summary>
    public KernelRow<Kernel<GemmArguments>> GemmBFloat16 { get; }

    /// <summary>
    /// Whether <see cref="GemmBFloat16"/> is fastest on paired weights: no other set can read them.
    /// </summary>
    public bool PairsBFloat16 =>
        Isa == Isa.Avx512Vnni && ProcessorBits.HasAvx512Bf16 && MachineCodeProblem is null;

    /// <summary>Rows as bytes.</summary>
    public KernelRow<Kernel<QuantizeArguments>> Quantize { get; }

    /// <summary>Matrix product in bytes: assembled where it may be, see <see cref="MachineCodeProblem"/>.</summary>
    // The first question maps the code: whoever has no products in bytes does not wait for it.
    public KernelRow<Kernel<GemmInt8Arguments>> GemmInt8 =>
        _gemmInt8.Isa != Isa.Avx512Vnni || MachineCodeProblem is null ? _gemmInt8 : _managedGemmInt8;

    /// <summary>
    /// Why assembled kernels (kernels/x64) cannot be used here, so that compiled ones serve; null where they can.
    /// </summary>
    public static string? MachineCodeProblem => MachineCode.Problem;

    /// <summary>Attention.</summary>
    public KernelRow<Kernel<AttentionArguments>> Attention { get; }

    /// <summary>LayerNorm.</summary>
    public KernelRow<Kernel<LayerNormArguments>> LayerNorm { get; }

    /// <summary>RMSNorm.</summary>
    public KernelRow<Kernel<RmsNormArguments>> RmsNorm { get; }

    /// <summary>Rotary positions.</summary>
    public KernelRow<Kernel<RopeArguments>> Rope { get; }

    /// <summary>Embedding sum.</summary>
    public KernelRow<Kernel<GatherArguments>> Gather { get; }

    /// <summary>Pooling.</summary>
    public KernelRow<Kernel<PoolArguments>> Pool { get; }

    /// <summary>Element-wise functions.</summary>
    public KernelRow<ActivationKernel> Activation { get; }

    /// <summary>Gated activations.</summary>
    public KernelRow<Kernel<GateArguments>> Gate { get; }

    /// <summary>Scaling to length one.</summary>
    public KernelRow<NormalizeKernel> Normalize { get; }

    /// <summary>Dot products.</summary>
    public KernelRow<DotKernel> Dot { get; }

    /// <summary>Hamming distances.</summary>
    public KernelRow<Kernel<HammingArguments>> Hamming { get; }

    /// <summary>Hamming distances of many queries.</summary>
    public KernelRow<Kernel<HammingBatchArguments>> HammingBatch { get; }

    /// <summary>Measures of a query with stored rows.</summary>
    public KernelRow<Kernel<SimilarityArguments>> Similarity { get; }

    /// <summary>Dot products of a float query with binary codes.</summary>
    public KernelRow<Kernel<SignDotArguments>> SignDot { get; }

    /// <summary>Op and kernel name, for every op, in the order of <see cref="KernelTable"/>.</summary>
    public IReadOnlyList<(string Op, string Kernel)> Describe() =>
    [
        ("gemm", Gemm.Name),
        ("gemm bf16", GemmBFloat16.Name),
        ("quantize", Quantize.Name),
        ("gemm int8", GemmInt8.Name),
        ("attention", Attention.Name),
        ("layernorm", LayerNorm.Name),
        ("rmsnorm", RmsNorm.Name),
        ("rope", Rope.Name),
        ("gather", Gather.Name),
        ("pool", Pool.Name),
        ("activation", Activation.Name),
        ("gate", Gate.Name),
        ("normalize", Normalize.Name),
        ("dot", Dot.Name),
        ("hamming", Hamming.Name),
        ("hamming batch", HammingBatch.Name),
        ("similarity", Similarity.Name),
        ("sign dot", SignDot.Name),
    ];
}
