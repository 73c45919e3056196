using System.Runtime.Intrinsics.X86;

namespace Sextant.Kernels;

/// <summary>
/// What cpuid says of instructions that .NET has no names for. Asked once: in a virtual machine each question takes
/// microseconds.
/// </summary>
internal static class ProcessorBits
{
    private const int ExtendedFeatures = 7;

    /// <summary>vpdpbusd and vpdpwssd on 512 bits.</summary>
    public static bool HasAvx512Vnni { get; } = Has(0, Register.C, 11);

    /// <summary>vpopcntd and vpopcntq on 512 bits.</summary>
    public static bool HasAvx512Vpopcntdq { get; } = Has(0, Register.C, 14);

    /// <summary>vdpbf16ps on 512 bits.</summary>
    public static bool HasAvx512Bf16 { get; } = Has(1, Register.A, 5);

    /// <summary>AVX2 and FMA, their registers kept by the system: whether or not this program uses them.</summary>
    public static bool HasAvx2AndFma { get; } = FirstHas(27) && FirstHas(28) && FirstHas(12) && Has(0, Register.B, 5);

    /// <summary>The parts of AVX-512 that kernels need (F, DQ, BW): whether or not this program uses them.</summary>
    public static bool HasAvx512 { get; } =
        HasAvx2AndFma && Has(0, Register.B, 16) && Has(0, Register.B, 17) && Has(0, Register.B, 30);

    private enum Register
    {
        A,
        B,
        C,
    }

    // Bits of leaf 1, register C.
    private static bool FirstHas(int bit) => X86Base.IsSupported && (X86Base.CpuId(1, 0).Ecx >> bit & 1) != 0;

    // A leaf that a processor does not have reads as zeros or as another leaf, so the number of leaves is asked first.
    private static bool Has(int subleaf, Register register, int bit)
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < ExtendedFeatures)
            return false;
        (int subleaves, int b, int c, _) = X86Base.CpuId(ExtendedFeatures, 0);
        int a = 0;
        if (subleaf > 0)
        {
            if (subleaves < subleaf)
                return false;
            (a, b, c, _) = X86Base.CpuId(ExtendedFeatures, subleaf);
        }
        int value = register switch
        {
            Register.A => a,
            Register.B => b,
            _ => c,
        };
        return (value >> bit & 1) != 0;
    }
}
