using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using static Sextant.X64.KernelWriter;

namespace Sextant.X64;

/// <summary>Loops of independent instructions: how many of them a processor does in a second.</summary>
internal static class PeakLoops
{
    /// <summary>Instructions of a turn, each on a register of its own.</summary>
    public const int Chains = 24;

    /// <summary>Where in the arguments the number of turns is.</summary>
    public const int Turns = 0;

    /// <summary>Where in the arguments it is whether the caller keeps xmm6 … xmm15.</summary>
    public const int KeepsVectors = 8;

    public static AssembledKernel Int8() => Assemble("PeakInt8", (c, acc, x, b) => c.vpdpbusd(acc, x, b));

    public static AssembledKernel BFloat16() => Assemble("PeakBFloat16", (c, acc, x, b) => c.vdpbf16ps(acc, x, b));

    private static AssembledKernel Assemble(
        string name,
        Action<Assembler, AssemblerRegisterZMM, AssemblerRegisterZMM, AssemblerRegisterZMM> instruction)
    {
        var kernel = new KernelWriter(name, KeepsVectors);
        Assembler c = kernel.Code;
        kernel.Comment("zeros");
        c.mov(r8, __qword_ptr[rcx + Turns]);
        for (int i = 0; i < 32; i++)
            c.vpxord(Z(i), Z(i), Z(i));
        Label loop = c.CreateLabel();
        kernel.Comment("chains that do not wait for each other");
        c.Label(ref loop);
        for (int i = 0; i < Chains; i++)
            instruction(c, Z(i), Z(Chains + (i % 4)), Z(Chains + 4 + (i % 4)));
        c.dec(r8);
        c.jne(loop);
        return kernel.End();
    }
}
