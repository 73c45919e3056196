using System.Runtime.Intrinsics;
using Sextant.Kernels.Attention;
using Sextant.Kernels.Vectors;
using Sextant.Kernels.X64;

namespace Sextant.Kernels;

/// <summary>Attention of one head of one sequence, with products of bfloat16 numbers.</summary>
internal static class AttentionBFloat16Kernels
{
    public static readonly KernelTable<Kernel<AttentionArguments>> Table = new(
        "attention bf16",
        new(Isa.Avx512Vnni, "AttentionBFloat16Avx512Vnni", AttentionBFloat16Avx512.Run),
        new(
            Isa.Avx512, "AttentionBFloat16Avx512",
            AttentionRows<Avx512Isa, Vector512<float>, ProductsBFloat16<Avx512Isa, Vector512<float>>>.Run),
        new(
            Isa.Avx2, "AttentionBFloat16Avx2",
            AttentionRows<Avx2Isa, Vector256<float>, ProductsBFloat16<Avx2Isa, Vector256<float>>>.Run),
        new(
            Isa.Vector128, "AttentionBFloat16Vector128",
            AttentionRows<Vector128Isa, Vector128<float>, ProductsBFloat16<Vector128Isa, Vector128<float>>>.Run),
        new(Isa.Reference, "AttentionBFloat16Reference", AttentionReference.RunNarrow));
}
