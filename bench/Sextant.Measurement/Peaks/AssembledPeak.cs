using System.Runtime.InteropServices;
using Sextant.Kernels;
using Sextant.Kernels.X64;

namespace Sextant.Measurement.Peaks;

/// <summary>
/// Loops of independent instructions that .NET has no names for, to measure how many of them a core does in a second.
/// They are brought into memory when the first is asked for.
/// </summary>
internal static unsafe class AssembledPeak
{
    private const int Chains = 24;
    private static readonly Lazy<nint> s_code = new(() => (nint)MachineCode.TryMap(PeakCode.Bytes, out _));

    /// <summary>vpdpbusd on 512 bits: products and sums of bytes; 0 where they cannot be had.</summary>
    public static double Int8(long turns) =>
        ProcessorBits.HasAvx512Vnni && Run(PeakCode.PeakInt8, turns) ? turns * (Chains * 64 * 2.0) : 0;

    /// <summary>vdpbf16ps on 512 bits; 0 where they cannot be had.</summary>
    public static double BFloat16(long turns) =>
        ProcessorBits.HasAvx512Bf16 && Run(PeakCode.PeakBFloat16, turns) ? turns * (Chains * 32 * 2.0) : 0;

    private static bool Run(int offset, long turns)
    {
        if (!InstructionSets.IsSupported(Isa.Avx512) || s_code.Value == 0)
            return false;
        var arguments = new Arguments { Turns = (nint)turns, KeepsVectors = MachineCode.KeepsVectors };
        nint entry = s_code.Value + offset + (OperatingSystem.IsWindows() ? PeakCode.WindowsEntry : 0);
        ((delegate* unmanaged<Arguments*, void>)entry)(&arguments);
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
