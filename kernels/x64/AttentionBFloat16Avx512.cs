using System.Runtime.Intrinsics;
using Sextant.Kernels.Attention;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.X64;

/// <summary>Attention of bfloat16 numbers by assembled tiles, else by the compiled kernel.</summary>
internal static class AttentionBFloat16Avx512
{
    public static void Run(in AttentionArguments a)
    {
        if (ProcessorBits.HasAvx512Bf16 && MachineCode.Problem is null)
            AttentionRows<Avx512Isa, Vector512<float>, AttentionProductsAvx512>.Run(a);
        else
            AttentionRows<Avx512Isa, Vector512<float>, ProductsBFloat16<Avx512Isa, Vector512<float>>>.Run(a);
    }
}
