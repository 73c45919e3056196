using System.Runtime.Intrinsics;
using Sextant.Kernels.SignDot;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>Dot products of a float query with binary codes.</summary>
internal static class SignDotKernels
{
    public static readonly KernelTable<Kernel<SignDotArguments>> Table = new(
        "sign dot",
        new(Isa.Avx512, "SignDotF32Avx512", SignDotF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "SignDotF32Avx2", SignDotF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "SignDotF32Vector128", SignDotF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "SignDotF32Reference", SignDotReference.Run));
}
