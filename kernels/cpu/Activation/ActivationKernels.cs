using System.Runtime.Intrinsics;
using Sextant.Kernels.Activation;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>x [rows, columns] ← kind(x), in place.</summary>
internal unsafe delegate void ActivationKernel(ActivationKind kind, float* x, nint stride, int rows, int columns);

/// <summary>Element-wise functions.</summary>
internal static unsafe class ActivationKernels
{
    public static readonly KernelTable<ActivationKernel> Table = new(
        "activation",
        new(Isa.Avx512, "ActivationF32Avx512", ActivationF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "ActivationF32Avx2", ActivationF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "ActivationF32Vector128", ActivationF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "ActivationF32Reference", ActivationReference.Run));
}
