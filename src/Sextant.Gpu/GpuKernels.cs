using Sextant.Kernels;

namespace Sextant.Gpu;

/// <summary>The catalogue of kernels: a line each.</summary>
internal static class GpuKernels
{
    private const string Table = "words:T* scale:f32 types:f32* has_types:i32 position_table:f32* has_positions:i32";
    private const string Forms = "x:f32* x16:u16* x_stride:i64 x_narrow:i32";
    private const string ResultForms = "y:f32* y16:u16* y_stride:i64 y_narrow:i32";
    private const string Wide = "x:f32* x_stride:i64";
    private const string Result = "y:f32* y_stride:i64";
    private const string Residual = "residual:f32* residual_stride:i64 has_residual:i32";
    private const string Epilogue = $"bias:f32* has_bias:i32 activation:i32 {Residual}";
    private const string Heads = "starts:i32* blocks:i32* heads:i32 heads_of_key:i32 size:i32";
    private const string Visible = "before:i32 after:i32 softcap:f32 bias:f32* has_bias:i32 reach:i32";
    private const string Scores = $"q:f32* k:f32* v:f32* stride:i64 scale:f32 {Visible} position_keys:f32* "
        + $"position_queries:f32* position_rows:f32* positions:i32 {Result}";
    private const string Distances = "distances:u16* distances_stride:i64 code_count:i32 tile_count:i32 limits:i32*";
    private const string RowScores =
        "row_count:i32 inputs:i32 query:f32* scales:f32* is_distance:i32 scores:f32*";

    private const string Iterations = "iterations:i32 y:f32*";

    private const string Gathered =
        $"ids:i32* type_ids:i32* positions:i32* rows:i32 columns:i32 {Table} {Result}";

    private const string Product =
        $"{Wide} x_aligned:i32 rows:i32 w:T* inputs:i32 outputs:i32 {Epilogue} {Result}";

    private const string FastProduct = "x:u16* x_stride:i64 x_aligned:i32 rows:i32 w:u16* padded_inputs:i32 inputs:i32 "
        + $"outputs:i32 {Epilogue} {ResultForms} y_aligned:i32";

    private const string FastAttention =
        $"{Heads} q:u16* k:u16* v:u16* stride:i64 aligned:i32 scale:f32 {Visible} {ResultForms}";

    private static readonly GpuKernelInfo[] s_lines =
    [
        Exact(GpuKernel.LayerNorm, "layer_norm", 128, $"{Wide} gamma:f32* beta:f32* epsilon:f32 rows:i32 columns:i32 "
            + $"{Result}"),
        Exact(GpuKernel.RmsNorm, "rms_norm", 128, $"{Wide} gamma:f32* epsilon:f32 rows:i32 groups:i32 columns:i32 "
            + $"{Residual} {Result}"),
        Exact(GpuKernel.NormalizeRows, "normalize_rows", 128, $"{Wide} rows:i32 columns:i32"),
        Exact(GpuKernel.PoolRows, "pool_rows", 256,
            $"starts:i32* skips:i32* use_skips:i32 sequences:i32 {Wide} columns:i32 kind:i32 {Result}"),
        Exact(GpuKernel.AccumulateRows, "accumulate_rows", 256, $"{Wide} rows:i32 columns:i32 divisor:f32 {Result}"),
        Exact(GpuKernel.CopyRows, "copy_rows", 256, $"{Wide} rows:i32 columns:i32 {Result}"),
        Exact(GpuKernel.GateRows, "gate_rows", 256, $"{Wide} rows:i32 columns:i32 activation:i32"),
        Exact(GpuKernel.RopeRows, "rope_rows", 256,
            $"{Wide} rows:i32 heads:i32 size:i32 half:i32 positions:i32* table:f32*"),
        Exact(GpuKernel.Probe, "probe", 256, "inputs:f32* count:i32 outputs:f32*"),
        Exact(GpuKernel.HammingScan, "hamming_scan", 256,
            "tiles:u64* tile_count:i32 code_count:i32 words:i32 bits:i32 queries:u64* query_count:i32 "
            + "allowed:u64* has_allowed:i32 distances:u16* distances_stride:i64 counts:i32*"),
        Exact(GpuKernel.HammingTies, "hamming_ties", 256, $"{Distances} ties:i32*"),
        Exact(GpuKernel.HammingCollect, "hamming_collect", 256,
            $"{Distances} last_ids:i32* k:i32 places:i32* hits:i32*"),
        Exact(GpuKernel.ClearIntegers, "clear_integers", 256, "values:i32* count:i32"),
        Exact(GpuKernel.WeightedHamming, "weighted_hamming", 256,
            "tiles:u64* tile_count:i32 code_count:i32 words:i32 query:u64* planes:i32 distances:i32*"),
        Peak(GpuKernel.PeakFmaF32, "peak_fma_f32", 256, Iterations),
        Peak(GpuKernel.PeakFmaF64, "peak_fma_f64", 256, Iterations),
        Peak(GpuKernel.PeakRead, "peak_read", 256, "x:f32* vectors:i32 passes:i32 y:f32*"),
        Peak(GpuKernel.PeakWrite, "peak_write", 256, "x:f32* vectors:i32 passes:i32"),
        Peak(GpuKernel.PeakCopy, "peak_copy", 256, "x:f32* vectors:i32 passes:i32 y:f32*"),
        Peak(GpuKernel.PeakNothing, "peak_nothing", 256, "y:f32*"),
        Peak(GpuKernel.PeakShared, "peak_shared", 256, Iterations),
        .. Stored(GpuKernel.ScoreRowsF32, "score_rows", 128, $"rows:T* {RowScores}"),
        Exact(GpuKernel.ScoreRowsI8, "score_rows_i8", 128, $"rows:i8* {RowScores}"),
        .. Stored(GpuKernel.GatherF32, "gather", 256, Gathered),
        .. Stored(GpuKernel.Gemm128F32, "gemm_128", 256, Product),
        .. Stored(GpuKernel.Gemm64F32, "gemm_64", 256, Product),
        .. Stored(GpuKernel.Gemm16F32, "gemm_16", 64, Product),
        Exact(GpuKernel.Attention32, "attention_32", 128, $"{Heads} {Scores}"),
        Exact(GpuKernel.Attention64, "attention_64", 128, $"{Heads} {Scores}"),
        Exact(GpuKernel.Attention128, "attention_128", 128, $"{Heads} {Scores}"),
        Exact(GpuKernel.Attention256, "attention_256", 64, $"{Heads} {Scores}"),
        .. Stored(GpuKernel.GemmVectorsF32, "gemm_vectors", 1, Product)
            .Select(kernel => kernel with { Module = GpuModule.Vectors }),
        Exact(GpuKernel.AttentionVectors, "attention_vectors", 1,
            "starts:i32* blocks:i32* items:i32 heads:i32 heads_of_key:i32 size:i32 "
            + $"{Scores} scratch:f32* scratch_stride:i64") with { Module = GpuModule.Vectors },
        .. Fast(GpuKernel.LayerNormFastF16, "layer_norm", 128,
            $"{Forms} gamma:f32* beta:f32* epsilon:f32 rows:i32 columns:i32 {ResultForms}"),
        .. Fast(GpuKernel.RmsNormFastF16, "rms_norm", 128,
            $"{Forms} gamma:f32* epsilon:f32 rows:i32 groups:i32 columns:i32 {Residual} {ResultForms}"),
        .. Fast(GpuKernel.GateRowsFastF16, "gate_rows", 256, $"{Forms} rows:i32 columns:i32 activation:i32"),
        .. Fast(GpuKernel.RopeRowsFastF16, "rope_rows", 256,
            $"{Forms} rows:i32 heads:i32 size:i32 half:i32 positions:i32* table:f32*"),
        .. Fast(GpuKernel.NarrowRowsFastF16, "narrow_rows", 256, "x:f32* y:u16* stride:i64 rows:i32 columns:i32"),
        .. Fast(GpuKernel.WidenRowsFastF16, "widen_rows", 256, "x:u16* y:f32* stride:i64 rows:i32 columns:i32"),
        .. Fast(GpuKernel.Gemm128FastF16, "gemm_128", 256, FastProduct),
        .. Fast(GpuKernel.Gemm64FastF16, "gemm_64", 128, FastProduct),
        .. Fast(GpuKernel.Gemm32FastF16, "gemm_32", 128, FastProduct),
        .. Fast(GpuKernel.Attention32FastF16, "attention_32", 128, FastAttention),
        .. Fast(GpuKernel.Attention64FastF16, "attention_64", 128, FastAttention),
        .. Fast(GpuKernel.Attention128FastF16, "attention_128", 128, FastAttention),
        .. Narrow(GpuKernel.PeakMmaFastF16, "peak_mma", GpuModule.FastPeak, 128, 0, Iterations),
        .. Warpgroups(GpuKernel.GemmWide256FastF16, "gemm_wide_256", 256, 4 * (128 + 256) * 128, FastProduct),
        .. Warpgroups(GpuKernel.GemmWide128FastF16, "gemm_wide_128", 256, 3 * (128 + 128) * 128, FastProduct),
        .. Warpgroups(GpuKernel.GemmWide64FastF16, "gemm_wide_64", 128, 4 * (64 + 128) * 128, FastProduct),
        .. Warpgroups(GpuKernel.GemmWide32FastF16, "gemm_wide_32", 128, 6 * (64 + 32) * 128, FastProduct),
        .. Narrow(GpuKernel.PeakWideFastF16, "peak_wide", GpuModule.Fast90Peak, 256, (128 + 256) * 128 + 1024, Iterations),
    ];

    /// <summary>All of them, at the places that <see cref="GpuKernel"/> numbers.</summary>
    public static readonly GpuKernelInfo[] All = [.. s_lines.OrderBy(line => line.Kernel)];

    /// <summary>What is known of one.</summary>
    public static GpuKernelInfo Of(GpuKernel kernel) => All[(int)kernel];

    /// <summary>What the sources call one.</summary>
    public static string Name(GpuKernel kernel) => Of(kernel).Name;

    /// <summary>Whether a module is only for measurements, so that it is not built before they ask for it.</summary>
    public static bool IsOfPeaks(GpuModule module) =>
        module is GpuModule.Peak or GpuModule.FastPeak or GpuModule.Fast90Peak;

    private static GpuKernelInfo Peak(GpuKernel kernel, string name, int groupSize, string parameters) =>
        Exact(kernel, name, groupSize, parameters) with { Module = GpuModule.Peak };

    private static GpuKernelInfo Exact(GpuKernel kernel, string name, int groupSize, string parameters) =>
        new(kernel, name, GpuModule.Exact, null, groupSize, 0, GpuParameter.Parse(parameters, null));

    private static IEnumerable<GpuKernelInfo> Stored(GpuKernel first, string name, int groupSize, string parameters) =>
        ((StoredType[])[StoredType.F32, StoredType.F16, StoredType.BF16]).Select((type, i) => new GpuKernelInfo(
            first + i, $"{name}_{Word(type)}", GpuModule.Exact, type, groupSize, 0,
            GpuParameter.Parse(parameters, type)));

    private static IEnumerable<GpuKernelInfo> Fast(GpuKernel f16, string name, int groupSize, string parameters) =>
        Narrow(f16, name, GpuModule.Fast, groupSize, 0, parameters);

    // The tiles of FastWideKernels.h, and what puts their beginning at a multiple of 1024.
    private static IEnumerable<GpuKernelInfo> Warpgroups(
        GpuKernel f16, string name, int groupSize, int tileBytes, string parameters) =>
        Narrow(f16, name, GpuModule.Fast90, groupSize, tileBytes + 1024, parameters);

    private static IEnumerable<GpuKernelInfo> Narrow(
        GpuKernel f16, string name, GpuModule module, int groupSize, int sharedBytes, string parameters) =>
        ((StoredType[])[StoredType.F16, StoredType.BF16]).Select((type, i) => new GpuKernelInfo(
            f16 + i, $"{name}_fast_{Word(type)}", module, type, groupSize, sharedBytes,
            GpuParameter.Parse(parameters, type)));

    private static string Word(StoredType type) => type.ToString().ToLowerInvariant();
}
