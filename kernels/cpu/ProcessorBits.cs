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

    private enum Register
    {
        A,
        C,
    }

    // A leaf that a processor does not have reads as zeros or as another leaf, so the number of leaves is asked first.
    private static bool Has(int subleaf, Register register, int bit)
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < ExtendedFeatures)
            return false;
        (int subleaves, _, int c, _) = X86Base.CpuId(ExtendedFeatures, 0);
        int a = 0;
        if (subleaf > 0)
        {
            if (subleaves < subleaf)
                return false;
            (a, _, c, _) = X86Base.CpuId(ExtendedFeatures, subleaf);
        }
        return ((register == Register.A ? a : c) >> bit & 1) != 0;
    }
}
