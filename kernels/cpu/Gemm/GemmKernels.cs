using System.Runtime.Intrinsics;
using Sextant.Kernels.Gemm;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>Matrix products.</summary>
internal static class GemmKernels
{
    public static readonly KernelTable<Kernel<GemmArguments>> Table = new(
        "gemm",
        new(Isa.Avx512, "GemmF32Avx512", GemmF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "GemmF32Avx2", GemmF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "GemmF32Vector128", GemmF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "GemmF32Reference", GemmReference.Run));
}
