using System.Runtime.Intrinsics;
using Sextant.Kernels.Quantize;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>Rows as bytes.</summary>
internal static class QuantizeKernels
{
    public static readonly KernelTable<Kernel<QuantizeArguments>> Table = new(
        "quantize",
        new(Isa.Avx512, "QuantizeF32Avx512", QuantizeF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "QuantizeF32Avx2", QuantizeF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "QuantizeF32Vector128", QuantizeF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "QuantizeF32Reference", QuantizeReference.Run));
}
