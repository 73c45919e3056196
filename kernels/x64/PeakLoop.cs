using System.Runtime.InteropServices;

namespace Sextant.Kernels.X64;

/// <summary>Loops of independent instructions, to measure how many of them a core does in a second.</summary>
internal static unsafe class PeakLoop
{
    private const int Chains = 24;

    /// <summary>vpdpbusd on 512 bits: products and sums of bytes; 0 where they cannot be had.</summary>
    public static double Int8(long turns) =>
        ProcessorBits.HasAvx512Vnni && Run(X64Code.PeakInt8, turns) ? turns * (Chains * 64 * 2.0) : 0;

    /// <summary>vdpbf16ps on 512 bits; 0 where they cannot be had.</summary>
    public static double BFloat16(long turns) =>
        ProcessorBits.HasAvx512Bf16 && Run(X64Code.PeakBFloat16, turns) ? turns * (Chains * 32 * 2.0) : 0;

    private static bool Run(int offset, long turns)
    {
        if (!InstructionSets.IsSupported(Isa.Avx512) || MachineCode.Problem is not null)
            return false;
        var arguments = new Arguments { Turns = (nint)turns, KeepsVectors = MachineCode.KeepsVectors };
        ((delegate* unmanaged<Arguments*, void>)MachineCode.EntryAt(offset))(&arguments);
        return true;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Arguments
    {
        public nint Turns;
        public nint KeepsVectors;
        public fixed byte Saved[160];
    }
}
