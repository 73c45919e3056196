using System.Runtime.Intrinsics;
using Sextant.Kernels.Gate;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>Gated activations.</summary>
internal static class GateKernels
{
    public static readonly KernelTable<Kernel<GateArguments>> Table = new(
        "gate",
        new(Isa.Avx512, "GateF32Avx512", GateF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "GateF32Avx2", GateF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "GateF32Vector128", GateF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "GateF32Reference", GateReference.Run));
}
