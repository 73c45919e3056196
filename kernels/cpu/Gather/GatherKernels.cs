using System.Runtime.Intrinsics;
using Sextant.Kernels.Gather;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>Embedding sums.</summary>
internal static class GatherKernels
{
    public static readonly KernelTable<Kernel<GatherArguments>> Table = new(
        "gather",
        new(Isa.Avx512, "GatherF32Avx512", GatherF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "GatherF32Avx2", GatherF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "GatherF32Vector128", GatherF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "GatherF32Reference", GatherReference.Run));
}
