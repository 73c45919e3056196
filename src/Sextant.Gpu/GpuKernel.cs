namespace Sextant.Gpu;

/// <summary>The kernels of kernels/gpu, in the order of <see cref="GpuKernels.Names"/>.</summary>
internal enum GpuKernel
{
    LayerNorm,
    RmsNorm,
    NormalizeRows,
    PoolRows,
    AccumulateRows,
    CopyRows,
    GateRows,
    RopeRows,
    Probe,
    HammingScan,
    HammingTies,
    HammingCollect,
    ClearIntegers,
    GatherF32,
    GatherF16,
    GatherBF16,
    Gemm128F32,
    Gemm128F16,
    Gemm128BF16,
    Gemm64F32,
    Gemm64F16,
    Gemm64BF16,
    Gemm16F32,
    Gemm16F16,
    Gemm16BF16,
    Attention32,
    Attention64,
    Attention128,
    Attention256,
    GemmF32,
    GemmF16,
    GemmBF16,
    AttentionCpu,
}

/// <summary>What the sources call the kernels.</summary>
internal static class GpuKernels
{
    public static readonly string[] Names =
    [
        "layer_norm", "rms_norm", "normalize_rows", "pool_rows", "accumulate_rows", "copy_rows", "gate_rows", "rope_rows",
        "probe", "hamming_scan", "hamming_ties", "hamming_collect", "clear_integers", "gather_f32", "gather_f16", "gather_bf16", "gemm_128_f32", "gemm_128_f16", "gemm_128_bf16",
        "gemm_64_f32", "gemm_64_f16", "gemm_64_bf16", "gemm_16_f32", "gemm_16_f16", "gemm_16_bf16",
        "attention_32", "attention_64", "attention_128", "attention_256",
        "gemm_f32", "gemm_f16", "gemm_bf16", "attention_cpu",
    ];
}
