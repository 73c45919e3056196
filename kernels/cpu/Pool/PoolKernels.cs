using System.Runtime.Intrinsics;
using Sextant.Kernels.Pool;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>Pooling of one sequence.</summary>
internal static class PoolKernels
{
    public static readonly KernelTable<Kernel<PoolArguments>> Table = new(
        "pool",
        new(Isa.Avx512, "PoolF32Avx512", PoolF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "PoolF32Avx2", PoolF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "PoolF32Vector128", PoolF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "PoolF32Reference", PoolReference.Run));
}
