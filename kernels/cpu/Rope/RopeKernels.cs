using System.Runtime.Intrinsics;
using Sextant.Kernels.Rope;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>Rotary positions.</summary>
internal static class RopeKernels
{
    public static readonly KernelTable<Kernel<RopeArguments>> Table = new(
        "rope",
        new(Isa.Avx512, "RopeF32Avx512", RopeF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "RopeF32Avx2", RopeF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "RopeF32Vector128", RopeF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "RopeF32Reference", RopeReference.Run));
}
