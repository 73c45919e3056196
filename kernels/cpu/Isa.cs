using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sextant.Kernels;

/// <summary>An instruction set that a whole set of kernels is written for.</summary>
public enum Isa
{
    /// <summary>Scalar code: the specification. Slow, runs everywhere.</summary>
    Reference,

    /// <summary>128-bit vectors: ARM64 (NEON) and x86 without AVX2.</summary>
    Vector128,

    /// <summary>256-bit vectors with FMA.</summary>
    Avx2,

    /// <summary>The same with products of four bytes in one instruction (AVX-VNNI).</summary>
    AvxVnni,

    /// <summary>512-bit vectors.</summary>
    Avx512,

    /// <summary>
    /// The same with products of four bytes in one instruction, and counts of bits where the processor has them, by
    /// machine code of our own (kernels/x64).
    /// </summary>
    Avx512Vnni,
}

/// <summary>What this machine can run. The only place that asks the hardware.</summary>
internal static class InstructionSets
{
    /// <summary>
    /// The environment variable that forces one instruction set: avx512vnni, avx512, avxvnni, avx2, vector128 or
    /// reference, in any case. What is above it is not used.
    /// </summary>
    public const string Variable = "SEXTANT_ISA";

    /// <summary>True when this process can run the kernels written for <paramref name="isa"/>.</summary>
    public static bool IsSupported(Isa isa) => isa switch
    {
        Isa.Avx512 => Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported,
        Isa.Avx512Vnni => IsSupported(Isa.Avx512) && ProcessorBits.HasAvx512Vnni,
        Isa.AvxVnni => IsSupported(Isa.Avx2) && AvxVnni.IsSupported,
        Isa.Avx2 => Avx2.IsSupported && Fma.IsSupported,
        Isa.Vector128 => Vector128.IsHardwareAccelerated,
        _ => isa == Isa.Reference,
    };

    /// <summary>
    /// True when a fused multiply-add is one instruction here; without it results are the same bits, only slow.
    /// </summary>
    public static bool HasFusedMultiplyAdd =>
        Fma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.Arm64.IsSupported;

    /// <summary>Every instruction set this process can run, best first.</summary>
    public static IReadOnlyList<Isa> Supported { get; } =
        Array.FindAll(
            [Isa.Avx512Vnni, Isa.Avx512, Isa.AvxVnni, Isa.Avx2, Isa.Vector128, Isa.Reference], IsSupported);

    /// <summary>
    /// The best set of kernels that the processor has the instructions for and this process cannot run: the program
    /// was compiled ahead of time without them, or they are turned off. Null where nothing is lost.
    /// </summary>
    public static Isa? Unused { get; } =
        ProcessorBits.HasAvx512 && !IsSupported(Isa.Avx512) ? Isa.Avx512
        : ProcessorBits.HasAvx2AndFma && !IsSupported(Isa.Avx2) ? Isa.Avx2
        : null;

    /// <summary>
    /// What <see cref="Unused"/> means and what to do about it, a sentence or two; null where it is null.
    /// </summary>
    public static string? UnusedNote => Unused is not { } isa ? null
        : $"The processor has {Name(isa)}, but "
            + (RuntimeFeature.IsDynamicCodeCompiled
                ? "it is turned off for this process"
                : "this program was compiled ahead of time without it")
            + $": kernels of {Name(Supported[0])} run"
            + (HasFusedMultiplyAdd
                ? "." : ", and each fused multiply-add is computed in software, which is far slower.")
            + (RuntimeFeature.IsDynamicCodeCompiled
                ? ""
                : $" Publish with IlcInstructionSet {(isa == Isa.Avx512 ? "x86-64-v4" : "x86-64-v3")}, or native.");

    /// <summary>The instruction set to use: the one <see cref="Variable"/> names, else the best.</summary>
    /// <exception cref="PlatformNotSupportedException">
    /// The variable names no known set, or one this machine lacks.
    /// </exception>
    public static Isa Choose()
    {
        string? wanted = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(wanted) ? Supported[0] : Parse(wanted);
    }

    /// <summary>The instruction set called <paramref name="name"/>, as <see cref="Variable"/> spells it.</summary>
    /// <exception cref="PlatformNotSupportedException">
    /// The name is not known, or this machine lacks the set.
    /// </exception>
    public static Isa Parse(string name)
    {
        Isa isa = name.ToLowerInvariant() switch
        {
            "avx512vnni" => Isa.Avx512Vnni,
            "avx512" => Isa.Avx512,
            "avxvnni" => Isa.AvxVnni,
            "avx2" => Isa.Avx2,
            "vector128" => Isa.Vector128,
            "reference" => Isa.Reference,
            _ => throw new PlatformNotSupportedException(
                $"{Variable}={name}: not an instruction set; known are avx512vnni, avx512, avxvnni, avx2, "
                + "vector128, reference."),
        };
        if (!IsSupported(isa))
        {
            throw new PlatformNotSupportedException(
                $"{Variable}={name}: this machine cannot run it; it can run {Names(Supported)}.");
        }
        return isa;
    }

    /// <summary>The name of an instruction set as <see cref="Variable"/> spells it.</summary>
    public static string Name(Isa isa) => isa switch
    {
        Isa.Avx512Vnni => "avx512vnni",
        Isa.Avx512 => "avx512",
        Isa.AvxVnni => "avxvnni",
        Isa.Avx2 => "avx2",
        Isa.Vector128 => "vector128",
        _ => "reference",
    };

    private static string Names(IReadOnlyList<Isa> sets)
    {
        var names = new string[sets.Count];
        for (int i = 0; i < names.Length; i++)
            names[i] = Name(sets[i]);
        return string.Join(", ", names);
    }
}
