using Sextant.Gpu;
using Sextant.Ilgpu.Kernels;

namespace Sextant.Ilgpu;

/// <summary>The kernels of kernels/ilgpu by the names that the host code of all devices has for them.</summary>
internal static class IlgpuKernels
{
    private static readonly Dictionary<GpuKernel, IlgpuKernel> s_all = new()
    {
        [GpuKernel.Probe] = IlgpuKernel.Of<ProbeArguments>(256, Probe.Arithmetic),
        [GpuKernel.GatherF32] =
            IlgpuKernel.Of<GatherArguments<float>>(256, Gather.Rows<float, Float4, StoredF32>),
        [GpuKernel.GatherF16] =
            IlgpuKernel.Of<GatherArguments<ushort>>(256, Gather.Rows<ushort, UShort4, StoredF16>),
        [GpuKernel.GatherBF16] =
            IlgpuKernel.Of<GatherArguments<ushort>>(256, Gather.Rows<ushort, UShort4, StoredBF16>),
        [GpuKernel.LayerNorm] = IlgpuKernel.Of<LayerNormArguments>(128, Norm.LayerNorm),
        [GpuKernel.RmsNorm] = IlgpuKernel.Of<RmsNormArguments>(128, Norm.RmsNorm),
        [GpuKernel.NormalizeRows] = IlgpuKernel.Of<NormalizeArguments>(128, Norm.Normalize),
        [GpuKernel.PoolRows] = IlgpuKernel.Of<PoolArguments>(256, Pool.Rows),
        [GpuKernel.AccumulateRows] = IlgpuKernel.Of<AccumulateArguments>(256, Rows.Accumulate),
        [GpuKernel.CopyRows] = IlgpuKernel.Of<CopyArguments>(256, Rows.Copy),
        [GpuKernel.GateRows] = IlgpuKernel.Of<GateArguments>(256, Rows.Gate),
        [GpuKernel.RopeRows] = IlgpuKernel.Of<RopeArguments>(256, Rows.Rope),
        [GpuKernel.HammingScan] = IlgpuKernel.Of<HammingScanArguments>(256, Hamming.Scan),
        [GpuKernel.HammingTies] = IlgpuKernel.Of<HammingTiesArguments>(256, Hamming.Ties),
        [GpuKernel.HammingCollect] = IlgpuKernel.Of<HammingCollectArguments>(256, Hamming.Collect),
        [GpuKernel.ClearIntegers] = IlgpuKernel.Of<ClearArguments>(256, Hamming.Clear),
        [GpuKernel.WeightedHamming] = IlgpuKernel.Of<WeightedHammingArguments>(256, WeightedHamming.Scan),
        [GpuKernel.ScoreRowsF32] = Scored<float, Float4, StoredF32>(Scores.Rows<float, Float4, StoredF32>),
        [GpuKernel.ScoreRowsF16] = Scored<ushort, UShort4, StoredF16>(Scores.Rows<ushort, UShort4, StoredF16>),
        [GpuKernel.ScoreRowsBF16] = Scored<ushort, UShort4, StoredBF16>(Scores.Rows<ushort, UShort4, StoredBF16>),
        [GpuKernel.ScoreRowsI8] = Scored<sbyte, int, StoredI8>(Scores.Rows<sbyte, int, StoredI8>),
        [GpuKernel.Gemm128F32] = Tile<float, Float4, StoredF32>(256, GemmTiles.Tile128<float, Float4, StoredF32>),
        [GpuKernel.Gemm128F16] = Tile<ushort, UShort4, StoredF16>(256, GemmTiles.Tile128<ushort, UShort4, StoredF16>),
        [GpuKernel.Gemm128BF16] =
            Tile<ushort, UShort4, StoredBF16>(256, GemmTiles.Tile128<ushort, UShort4, StoredBF16>),
        [GpuKernel.Gemm64F32] = Tile<float, Float4, StoredF32>(256, GemmTiles.Tile64<float, Float4, StoredF32>),
        [GpuKernel.Gemm64F16] = Tile<ushort, UShort4, StoredF16>(256, GemmTiles.Tile64<ushort, UShort4, StoredF16>),
        [GpuKernel.Gemm64BF16] = Tile<ushort, UShort4, StoredBF16>(256, GemmTiles.Tile64<ushort, UShort4, StoredBF16>),
        [GpuKernel.Gemm16F32] = Tile<float, Float4, StoredF32>(64, GemmTiles.Tile16<float, Float4, StoredF32>),
        [GpuKernel.Gemm16F16] = Tile<ushort, UShort4, StoredF16>(64, GemmTiles.Tile16<ushort, UShort4, StoredF16>),
        [GpuKernel.Gemm16BF16] = Tile<ushort, UShort4, StoredBF16>(64, GemmTiles.Tile16<ushort, UShort4, StoredBF16>),
        [GpuKernel.Attention32] = IlgpuKernel.Of<AttentionArguments>(128, AttentionTiles.Head32),
        [GpuKernel.Attention64] = IlgpuKernel.Of<AttentionArguments>(128, AttentionTiles.Head64),
        [GpuKernel.Attention128] = IlgpuKernel.Of<AttentionArguments>(128, AttentionTiles.Head128),
        [GpuKernel.Attention256] = IlgpuKernel.Of<AttentionArguments>(64, AttentionTiles.Head256),
        [GpuKernel.GemmVectorsF32] = IlgpuKernel.Of<GemmArguments<float, float>>(1, GemmBlocks.Block<float, VectorF32>),
        [GpuKernel.GemmVectorsF16] = IlgpuKernel.Of<GemmArguments<ushort, ushort>>(1, GemmBlocks.Block<ushort, VectorF16>),
        [GpuKernel.GemmVectorsBF16] = IlgpuKernel.Of<GemmArguments<ushort, ushort>>(1, GemmBlocks.Block<ushort, VectorBF16>),
        [GpuKernel.AttentionVectors] = IlgpuKernel.Of<AttentionVectorArguments>(1, AttentionVectors.Attend),
    };

    /// <summary>All of them.</summary>
    public static IEnumerable<KeyValuePair<GpuKernel, IlgpuKernel>> All => s_all;

    /// <summary>One of them.</summary>
    /// <exception cref="NotSupportedException">There is none: what measures ceilings and fast mode.</exception>
    public static IlgpuKernel Of(GpuKernel kernel) => s_all.TryGetValue(kernel, out IlgpuKernel? found) ? found
        : throw new NotSupportedException($"There is no ILGPU kernel {GpuKernels.Name(kernel)}.");

    private static IlgpuKernel Scored<TOne, TFour, TStored>(Action<ScoreArguments<TOne, TFour>> kernel)
        where TOne : unmanaged
        where TFour : unmanaged
        where TStored : unmanaged, IStored<TOne, TFour> => IlgpuKernel.Of(128, kernel);

    private static IlgpuKernel Tile<TOne, TFour, TStored>(int groupSize, Action<GemmArguments<TOne, TFour>> kernel)
        where TOne : unmanaged
        where TFour : unmanaged
        where TStored : unmanaged, IStored<TOne, TFour> => IlgpuKernel.Of(groupSize, kernel);
}
