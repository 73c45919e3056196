using System.Runtime.Intrinsics;
using Sextant.Kernels.GemmBFloat16;
using Sextant.Kernels.Vectors;
using Sextant.Kernels.X64;

namespace Sextant.Kernels;

/// <summary>Matrix products of bfloat16 numbers.</summary>
internal static class GemmBFloat16Kernels
{
    public static readonly KernelTable<Kernel<GemmArguments>> Table = new(
        "gemm bf16",
        new(Isa.Avx512Vnni, "GemmBFloat16Avx512Vnni", GemmBFloat16Avx512.Run),
        new(Isa.Avx512, "GemmBFloat16Avx512", GemmBFloat16<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "GemmBFloat16Avx2", GemmBFloat16<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "GemmBFloat16Vector128", GemmBFloat16<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "GemmBFloat16Reference", GemmBFloat16Reference.Run));
}
