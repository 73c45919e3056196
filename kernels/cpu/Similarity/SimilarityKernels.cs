using System.Runtime.Intrinsics;
using Sextant.Kernels.Similarity;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>Measures of a query with stored rows.</summary>
internal static class SimilarityKernels
{
    public static readonly KernelTable<Kernel<SimilarityArguments>> Table = new(
        "similarity",
        new(Isa.Avx512, "SimilarityAvx512", SimilarityKernel<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "SimilarityAvx2", SimilarityKernel<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "SimilarityVector128", SimilarityKernel<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "SimilarityReference", SimilarityReference.Run));
}
