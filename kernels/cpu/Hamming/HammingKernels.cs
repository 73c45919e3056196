using System.Runtime.Intrinsics;
using Sextant.Kernels.Hamming;
using Sextant.Kernels.X64;

namespace Sextant.Kernels;

/// <summary>Hamming distances of queries to codes.</summary>
internal static class HammingKernels
{
    public static readonly KernelTable<Kernel<HammingArguments>> Table = new(
        "hamming",
        new(Isa.Avx512Vnni, "HammingU1Avx512Vnni", HammingAvx512Popcount.Run),
        new(Isa.Avx512, "HammingU1Avx512", HammingU1<BitAvx512Isa, Vector512<byte>>.Run),
        new(Isa.Avx2, "HammingU1Avx2", HammingU1<BitAvx2Isa, Vector256<byte>>.Run),
        new(Isa.Vector128, "HammingU1Vector128", HammingU1<BitVector128Isa, Vector128<byte>>.Run),
        new(Isa.Reference, "HammingU1Reference", HammingReference.Run));
}
