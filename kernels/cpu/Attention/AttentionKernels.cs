using System.Runtime.Intrinsics;
using Sextant.Kernels.Attention;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>Attention of one head of one sequence.</summary>
internal static class AttentionKernels
{
    public static readonly KernelTable<Kernel<AttentionArguments>> Table = new(
        "attention",
        new(
            Isa.Avx512, "AttentionF32Avx512",
            AttentionRows<Avx512Isa, Vector512<float>, ProductsF32<Avx512Isa, Vector512<float>>>.Run),
        new(
            Isa.Avx2, "AttentionF32Avx2",
            AttentionRows<Avx2Isa, Vector256<float>, ProductsF32<Avx2Isa, Vector256<float>>>.Run),
        new(
            Isa.Vector128, "AttentionF32Vector128",
            AttentionRows<Vector128Isa, Vector128<float>, ProductsF32<Vector128Isa, Vector128<float>>>.Run),
        new(Isa.Reference, "AttentionF32Reference", AttentionReference.Run));
}
