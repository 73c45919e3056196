using System.Runtime.Intrinsics;
using Sextant.Kernels.Norm;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>x [n] ← x / max(‖x‖, 1e-12), in place.</summary>
internal unsafe delegate void NormalizeKernel(float* x, int n);

/// <summary>Scaling to length one.</summary>
internal static unsafe class NormalizeKernels
{
    public static readonly KernelTable<NormalizeKernel> Table = new(
        "normalize",
        new(Isa.Avx512, "NormalizeF32Avx512", NormalizeF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "NormalizeF32Avx2", NormalizeF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "NormalizeF32Vector128", NormalizeF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "NormalizeF32Reference", NormalizeReference.Run));
}
