using System.Runtime.Intrinsics;
using Sextant.Kernels.Norm;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>RMSNorm.</summary>
internal static class RmsNormKernels
{
    public static readonly KernelTable<Kernel<RmsNormArguments>> Table = new(
        "rmsnorm",
        new(Isa.Avx512, "RmsNormF32Avx512", RmsNormF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "RmsNormF32Avx2", RmsNormF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "RmsNormF32Vector128", RmsNormF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "RmsNormF32Reference", RmsNormReference.Run));
}
