using System.Runtime.Intrinsics;
using Sextant.Kernels.Hamming;

namespace Sextant.Kernels;

/// <summary>Hamming distances of many queries to blocks of codes.</summary>
internal static class HammingBatchKernels
{
    public static readonly KernelTable<Kernel<HammingBatchArguments>> Table = new(
        "hamming batch",
        new(Isa.Avx512, "HammingSlicedAvx512", HammingSliced<BitAvx512Isa, Vector512<byte>>.Run),
        new(Isa.Avx2, "HammingSlicedAvx2", HammingSliced<BitAvx2Isa, Vector256<byte>>.Run),
        new(Isa.Vector128, "HammingSlicedVector128", HammingSliced<BitVector128Isa, Vector128<byte>>.Run),
        new(Isa.Reference, "HammingBatchReference", HammingBatchReference.Run));
}
