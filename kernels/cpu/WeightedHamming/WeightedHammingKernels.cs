using System.Runtime.Intrinsics;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.WeightedHamming;

namespace Sextant.Kernels;

/// <summary>Distances of queries in small whole numbers to blocks of codes.</summary>
internal static class WeightedHammingKernels
{
    public static readonly KernelTable<Kernel<WeightedHammingArguments>> Table = new(
        "weighted-hamming",
        new(Isa.Avx512, "WeightedHammingAvx512", WeightedHammingU1<BitAvx512Isa, Vector512<byte>>.Run),
        new(Isa.Avx2, "WeightedHammingAvx2", WeightedHammingU1<BitAvx2Isa, Vector256<byte>>.Run),
        new(Isa.Vector128, "WeightedHammingVector128", WeightedHammingU1<BitVector128Isa, Vector128<byte>>.Run),
        new(Isa.Reference, "WeightedHammingReference", WeightedHammingReference.Run));
}
