using System.Runtime.Intrinsics;
using Sextant.Kernels.GemmInt8;
using Sextant.Kernels.X64;

namespace Sextant.Kernels;

/// <summary>Matrix products in bytes.</summary>
internal static class GemmInt8Kernels
{
    public static readonly KernelTable<Kernel<GemmInt8Arguments>> Table = new(
        "gemm int8",
        new(Isa.Avx512Vnni, "GemmInt8Avx512Vnni", GemmInt8<TileAvx512Vnni, TileAvx512Vnni>.Run, Assembled: true),
        new(Isa.Avx512, "GemmInt8Avx512", GemmInt8<DotAvx512, OnWordPanels<DotAvx512, Vector512<int>>>.Run),
        new(Isa.AvxVnni, "GemmInt8AvxVnni", GemmInt8<DotAvxVnni, DotAvxVnni>.Run),
        new(Isa.Avx2, "GemmInt8Avx2", GemmInt8<DotAvx2, OnWordPanels<DotAvx2, Vector256<int>>>.Run),
        new(Isa.Vector128, "GemmInt8Vector128", GemmInt8<DotVector128, OnWordPanels<DotVector128, Vector128<int>>>.Run),
        new(Isa.Reference, "GemmInt8Reference", GemmInt8Reference.Run));
}
