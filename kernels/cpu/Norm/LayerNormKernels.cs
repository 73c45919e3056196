using System.Runtime.Intrinsics;
using Sextant.Kernels.Norm;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>LayerNorm.</summary>
internal static class LayerNormKernels
{
    public static readonly KernelTable<Kernel<LayerNormArguments>> Table = new(
        "layernorm",
        new(Isa.Avx512, "LayerNormF32Avx512", LayerNormF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "LayerNormF32Avx2", LayerNormF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "LayerNormF32Vector128", LayerNormF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "LayerNormF32Reference", LayerNormReference.Run));
}
