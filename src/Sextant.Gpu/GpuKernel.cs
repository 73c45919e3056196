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
    PeakFmaF32,
    PeakFmaF64,
    PeakRead,
    PeakWrite,
    PeakCopy,
    PeakNothing,
    PeakShared,
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
    LayerNormFastF16,
    LayerNormFastBF16,
    RmsNormFastF16,
    RmsNormFastBF16,
    GateRowsFastF16,
    GateRowsFastBF16,
    RopeRowsFastF16,
    RopeRowsFastBF16,
    NarrowRowsFastF16,
    NarrowRowsFastBF16,
    WidenRowsFastF16,
    WidenRowsFastBF16,
    Gemm128FastF16,
    Gemm128FastBF16,
    Gemm64FastF16,
    Gemm64FastBF16,
    Gemm32FastF16,
    Gemm32FastBF16,
    Attention32FastF16,
    Attention32FastBF16,
    Attention64FastF16,
    Attention64FastBF16,
    Attention128FastF16,
    Attention128FastBF16,
    PeakMmaFastF16,
    PeakMmaFastBF16,
    GemmWide256FastF16,
    GemmWide256FastBF16,
    GemmWide128FastF16,
    GemmWide128FastBF16,
    GemmWide64FastF16,
    GemmWide64FastBF16,
    GemmWide32FastF16,
    GemmWide32FastBF16,
    PeakWideFastF16,
    PeakWideFastBF16,
}

/// <summary>What the sources call the kernels.</summary>
internal static class GpuKernels
{
    public static readonly string[] Names =
    [
        "layer_norm", "rms_norm", "normalize_rows", "pool_rows", "accumulate_rows", "copy_rows", "gate_rows",
        "rope_rows",
        "probe", "hamming_scan", "hamming_ties", "hamming_collect", "clear_integers",
        "peak_fma_f32", "peak_fma_f64", "peak_read", "peak_write", "peak_copy", "peak_nothing", "peak_shared",
        "gather_f32", "gather_f16", "gather_bf16", "gemm_128_f32", "gemm_128_f16", "gemm_128_bf16",
        "gemm_64_f32", "gemm_64_f16", "gemm_64_bf16", "gemm_16_f32", "gemm_16_f16", "gemm_16_bf16",
        "attention_32", "attention_64", "attention_128", "attention_256",
        "gemm_f32", "gemm_f16", "gemm_bf16", "attention_cpu",
        "layer_norm_fast_f16", "layer_norm_fast_bf16", "rms_norm_fast_f16", "rms_norm_fast_bf16",
        "gate_rows_fast_f16", "gate_rows_fast_bf16", "rope_rows_fast_f16", "rope_rows_fast_bf16",
        "narrow_rows_fast_f16", "narrow_rows_fast_bf16", "widen_rows_fast_f16", "widen_rows_fast_bf16",
        "gemm_128_fast_f16", "gemm_128_fast_bf16", "gemm_64_fast_f16", "gemm_64_fast_bf16",
        "gemm_32_fast_f16", "gemm_32_fast_bf16",
        "attention_32_fast_f16", "attention_32_fast_bf16", "attention_64_fast_f16", "attention_64_fast_bf16",
        "attention_128_fast_f16", "attention_128_fast_bf16", "peak_mma_fast_f16", "peak_mma_fast_bf16",
        "gemm_wide_256_fast_f16", "gemm_wide_256_fast_bf16", "gemm_wide_128_fast_f16", "gemm_wide_128_fast_bf16",
        "gemm_wide_64_fast_f16", "gemm_wide_64_fast_bf16", "gemm_wide_32_fast_f16", "gemm_wide_32_fast_bf16",
        "peak_wide_fast_f16", "peak_wide_fast_bf16",
    ];

    /// <summary>Whether it is one of Fast.cl.</summary>
    public static bool IsFast(GpuKernel kernel) =>
        kernel is >= GpuKernel.LayerNormFastF16 and < GpuKernel.GemmWide256FastF16;

    /// <summary>Whether it is one of Fast90.cl; those that are neither are of Exact.cl.</summary>
    public static bool IsWide(GpuKernel kernel) => kernel >= GpuKernel.GemmWide256FastF16;

    /// <summary>
    /// Bytes of shared memory that CUDA is to give each group: the tiles of FastWideKernels.h, and what puts their
    /// beginning at a multiple of 1024. The other kernels say themselves what they need.
    /// </summary>
    public static int SharedBytes(GpuKernel kernel) => kernel switch
    {
        GpuKernel.GemmWide256FastF16 or GpuKernel.GemmWide256FastBF16 => (4 * (128 + 256) * 128) + 1024,
        GpuKernel.GemmWide128FastF16 or GpuKernel.GemmWide128FastBF16 => (3 * (128 + 128) * 128) + 1024,
        GpuKernel.GemmWide64FastF16 or GpuKernel.GemmWide64FastBF16 => (4 * (64 + 128) * 128) + 1024,
        GpuKernel.GemmWide32FastF16 or GpuKernel.GemmWide32FastBF16 => (6 * (64 + 32) * 128) + 1024,
        GpuKernel.PeakWideFastF16 or GpuKernel.PeakWideFastBF16 => ((128 + 256) * 128) + 1024,
        _ => 0,
    };

    /// <summary>Whether it is for processors alone.</summary>
    public static bool IsForProcessors(GpuKernel kernel) =>
        kernel is >= GpuKernel.GemmF32 and <= GpuKernel.AttentionCpu;
}
