using System.Runtime.Intrinsics;
using Sextant.Kernels.Dot;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels;

/// <summary>scores [count] = rows [count, n] · query [n].</summary>
internal unsafe delegate void DotKernel(float* query, float* rows, nint count, int n, float* scores);

/// <summary>Dot products of a query with rows.</summary>
internal static unsafe class DotKernels
{
    public static readonly KernelTable<DotKernel> Table = new(
        "dot",
        new(Isa.Avx512, "DotF32Avx512", DotF32<Avx512Isa, Vector512<float>>.Run),
        new(Isa.Avx2, "DotF32Avx2", DotF32<Avx2Isa, Vector256<float>>.Run),
        new(Isa.Vector128, "DotF32Vector128", DotF32<Vector128Isa, Vector128<float>>.Run),
        new(Isa.Reference, "DotF32Reference", DotReference.Run));
}
