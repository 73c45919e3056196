using System.Runtime.Intrinsics;
using Sextant.Kernels.Activation;
using Sextant.Kernels.Attention;
using Sextant.Kernels.Dot;
using Sextant.Kernels.Gate;
using Sextant.Kernels.Gather;
using Sextant.Kernels.Gemm;
using Sextant.Kernels.GemmBFloat16;
using Sextant.Kernels.GemmInt8;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.Norm;
using Sextant.Kernels.Quantize;
using Sextant.Kernels.Rope;
using Sextant.Kernels.Segment;
using Sextant.Kernels.SignDot;
using Sextant.Kernels.Similarity;
using Sextant.Kernels.Vectors;
using Sextant.Kernels.X64;

namespace Sextant.Kernels;

/// <summary>A kernel that takes its arguments in one structure.</summary>
internal delegate void Kernel<TArguments>(in TArguments arguments)
    where TArguments : struct;

/// <summary>x [rows, columns] ← kind(x), in place.</summary>
internal unsafe delegate void ActivationKernel(ActivationKind kind, float* x, nint stride, int rows, int columns);

/// <summary>x [n] ← x / max(‖x‖, 1e-12), in place.</summary>
internal unsafe delegate void NormalizeKernel(float* x, int n);

/// <summary>scores [count] = rows [count, n] · query [n].</summary>
internal unsafe delegate void DotKernel(float* query, float* rows, nint count, int n, float* scores);

/// <summary>One kernel of one op.</summary>
/// <param name="Isa">The instruction set it is written for.</param>
/// <param name="Name">Op, type, instruction set.</param>
/// <param name="Run">The kernel.</param>
internal readonly record struct KernelRow<TKernel>(Isa Isa, string Name, TKernel Run)
    where TKernel : Delegate;

/// <summary>Every kernel there is: one table per op, best first. All rows of a table give the same bits.</summary>
internal static unsafe class KernelTable
{
    /// <summary>Matrix products.</summary>
    public static readonly KernelRow<Kernel<GemmArguments>>[] Gemm =
    [
        new(Isa.Avx512, "GemmF32Avx512", GemmF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "GemmF32Avx2", GemmF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "GemmF32Vector128", GemmF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "GemmF32Reference", GemmReference.Run),
    ];

    /// <summary>Rows as bytes.</summary>
    public static readonly KernelRow<Kernel<QuantizeArguments>>[] Quantize =
    [
        new(Isa.Avx512, "QuantizeF32Avx512", QuantizeF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "QuantizeF32Avx2", QuantizeF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "QuantizeF32Vector128", QuantizeF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "QuantizeF32Reference", QuantizeReference.Run),
    ];

    /// <summary>Matrix products in bytes.</summary>
    public static readonly KernelRow<Kernel<GemmInt8Arguments>>[] GemmInt8 =
    [
        new(Isa.Avx512Vnni, "GemmInt8Avx512Vnni", GemmInt8<TileAvx512Vnni, TileAvx512Vnni>.Run),
        new(Isa.Avx512, "GemmInt8Avx512", GemmInt8<DotAvx512, OnWordPanels<DotAvx512, Vector512<int>>>.Run),
        new(Isa.AvxVnni, "GemmInt8AvxVnni", GemmInt8<DotAvxVnni, DotAvxVnni>.Run),
        new(Isa.Avx2, "GemmInt8Avx2", GemmInt8<DotAvx2, OnWordPanels<DotAvx2, Vector256<int>>>.Run),
        new(Isa.Vector128, "GemmInt8Vector128", GemmInt8<DotVector128, OnWordPanels<DotVector128, Vector128<int>>>.Run),
        new(Isa.Reference, "GemmInt8Reference", GemmInt8Reference.Run),
    ];

    /// <summary>Matrix products of bfloat16 numbers.</summary>
    public static readonly KernelRow<Kernel<GemmArguments>>[] GemmBFloat16 =
    [
        new(Isa.Avx512Vnni, "GemmBFloat16Avx512Vnni", GemmBFloat16Avx512.Run),
        new(Isa.Avx512, "GemmBFloat16Avx512", GemmBFloat16<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "GemmBFloat16Avx2", GemmBFloat16<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "GemmBFloat16Vector128", GemmBFloat16<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "GemmBFloat16Reference", GemmBFloat16Reference.Run),
    ];

    /// <summary>Attention of one head of one sequence.</summary>
    public static readonly KernelRow<Kernel<AttentionArguments>>[] Attention =
    [
        new(Isa.Avx512, "AttentionF32Avx512", AttentionF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "AttentionF32Avx2", AttentionF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "AttentionF32Vector128", AttentionF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "AttentionF32Reference", AttentionReference.Run),
    ];

    /// <summary>LayerNorm.</summary>
    public static readonly KernelRow<Kernel<LayerNormArguments>>[] LayerNorm =
    [
        new(Isa.Avx512, "LayerNormF32Avx512", LayerNormF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "LayerNormF32Avx2", LayerNormF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "LayerNormF32Vector128", LayerNormF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "LayerNormF32Reference", LayerNormReference.Run),
    ];

    /// <summary>RMSNorm.</summary>
    public static readonly KernelRow<Kernel<RmsNormArguments>>[] RmsNorm =
    [
        new(Isa.Avx512, "RmsNormF32Avx512", RmsNormF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "RmsNormF32Avx2", RmsNormF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "RmsNormF32Vector128", RmsNormF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "RmsNormF32Reference", RmsNormReference.Run),
    ];

    /// <summary>Rotary positions.</summary>
    public static readonly KernelRow<Kernel<RopeArguments>>[] Rope =
    [
        new(Isa.Avx512, "RopeF32Avx512", RopeF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "RopeF32Avx2", RopeF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "RopeF32Vector128", RopeF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "RopeF32Reference", RopeReference.Run),
    ];

    /// <summary>Embedding sums.</summary>
    public static readonly KernelRow<Kernel<GatherArguments>>[] Gather =
    [
        new(Isa.Avx512, "GatherF32Avx512", GatherF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "GatherF32Avx2", GatherF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "GatherF32Vector128", GatherF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "GatherF32Reference", GatherReference.Run),
    ];

    /// <summary>Pooling of one sequence.</summary>
    public static readonly KernelRow<Kernel<PoolArguments>>[] Pool =
    [
        new(Isa.Avx512, "PoolF32Avx512", PoolF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "PoolF32Avx2", PoolF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "PoolF32Vector128", PoolF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "PoolF32Reference", PoolReference.Run),
    ];

    /// <summary>Element-wise functions.</summary>
    public static readonly KernelRow<ActivationKernel>[] Activation =
    [
        new(Isa.Avx512, "ActivationF32Avx512", ActivationF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "ActivationF32Avx2", ActivationF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "ActivationF32Vector128", ActivationF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "ActivationF32Reference", ActivationReference.Run),
    ];

    /// <summary>Gated activations.</summary>
    public static readonly KernelRow<Kernel<GateArguments>>[] Gate =
    [
        new(Isa.Avx512, "GateF32Avx512", GateF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "GateF32Avx2", GateF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "GateF32Vector128", GateF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "GateF32Reference", GateReference.Run),
    ];

    /// <summary>Scaling to length one.</summary>
    public static readonly KernelRow<NormalizeKernel>[] Normalize =
    [
        new(Isa.Avx512, "NormalizeF32Avx512", NormalizeF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "NormalizeF32Avx2", NormalizeF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "NormalizeF32Vector128", NormalizeF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "NormalizeF32Reference", NormalizeReference.Run),
    ];

    /// <summary>Dot products of a query with rows.</summary>
    public static readonly KernelRow<DotKernel>[] Dot =
    [
        new(Isa.Avx512, "DotF32Avx512", DotF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "DotF32Avx2", DotF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "DotF32Vector128", DotF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "DotF32Reference", DotReference.Run),
    ];

    /// <summary>Hamming distances of queries to codes.</summary>
    public static readonly KernelRow<Kernel<HammingArguments>>[] Hamming =
    [
        new(Isa.Avx512Vnni, "HammingU1Avx512Vnni", HammingAvx512Popcount.Run),
        new(Isa.Avx512, "HammingU1Avx512", HammingU1<BitAvx512Isa, Vector512<byte>>.Run),
        new(Isa.Avx2, "HammingU1Avx2", HammingU1<BitAvx2Isa, Vector256<byte>>.Run),
        new(Isa.Vector128, "HammingU1Vector128", HammingU1<BitVector128Isa, Vector128<byte>>.Run),
        new(Isa.Reference, "HammingU1Reference", HammingReference.Run),
    ];

    /// <summary>Hamming distances of many queries to blocks of codes.</summary>
    public static readonly KernelRow<Kernel<HammingBatchArguments>>[] HammingBatch =
    [
        new(Isa.Avx512, "HammingSlicedAvx512", HammingSliced<BitAvx512Isa, Vector512<byte>>.Run),
        new(Isa.Avx2, "HammingSlicedAvx2", HammingSliced<BitAvx2Isa, Vector256<byte>>.Run),
        new(Isa.Vector128, "HammingSlicedVector128", HammingSliced<BitVector128Isa, Vector128<byte>>.Run),
        new(Isa.Reference, "HammingBatchReference", HammingBatchReference.Run),
    ];

    /// <summary>Measures of a query with stored rows.</summary>
    public static readonly KernelRow<Kernel<SimilarityArguments>>[] Similarity =
    [
        new(Isa.Avx512, "SimilarityAvx512", SimilarityKernel<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "SimilarityAvx2", SimilarityKernel<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "SimilarityVector128", SimilarityKernel<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "SimilarityReference", SimilarityReference.Run),
    ];

    /// <summary>Dot products of a float query with binary codes.</summary>
    public static readonly KernelRow<Kernel<SignDotArguments>>[] SignDot =
    [
        new(Isa.Avx512, "SignDotF32Avx512", SignDotF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "SignDotF32Avx2", SignDotF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "SignDotF32Vector128", SignDotF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "SignDotF32Reference", SignDotReference.Run),
    ];

    /// <summary>The best kernel of an op's table that needs no more than <paramref name="isa"/>.</summary>
    public static KernelRow<TKernel> Select<TKernel>(KernelRow<TKernel>[] table, Isa isa)
        where TKernel : Delegate
    {
        foreach (KernelRow<TKernel> row in table)
        {
            if (row.Isa <= isa)
                return row;
        }
        throw new InvalidOperationException("A kernel table has no reference.");
    }
}
