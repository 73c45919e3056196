using System.Runtime.Intrinsics;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.PackedDot;

namespace Sextant.Kernels;

/// <summary>Scores of packed codes of 1 to 4 bits and a query of signed bytes.</summary>
internal static class PackedDotKernels
{
    public static readonly KernelTable<Kernel<PackedDotArguments>> Table = new(
        "packed dot",
        new(Isa.Avx512, "PackedDotI8Avx512", PackedDotI8<BitAvx512Isa, Vector512<byte>>.Run),
        new(Isa.Avx2, "PackedDotI8Avx2", PackedDotI8<BitAvx2Isa, Vector256<byte>>.Run),
        new(Isa.Vector128, "PackedDotI8Vector128", PackedDotI8<BitVector128Isa, Vector128<byte>>.Run),
        new(Isa.Reference, "PackedDotI8Reference", PackedDotReference.Run));
}
