using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Sextant.X64;

/// <summary>A kernel while it is written: instructions, and a comment for each block of them.</summary>
/// <remarks>
/// Convention: one pointer to the arguments, in rdi at the first entry (System V), in rcx at the second (Windows),
/// which is <see cref="WindowsEntry"/> bytes later. Only registers that neither convention keeps are used, but for
/// xmm6 … xmm15, which wait in the arguments where the caller says so: the stack is never touched, so that no unwind
/// data is needed.
/// </remarks>
internal sealed class KernelWriter
{
    /// <summary>Bytes from the System V entry to that of Windows.</summary>
    public const int WindowsEntry = 7;

    private readonly List<(int Instruction, string Text)> _comments = [];
    private readonly int _keepsVectors;

    /// <summary>Begins a kernel.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="keepsVectors">
    /// Where in the arguments it stands whether xmm6 … xmm15 must be kept; room for them follows.
    /// </param>
    public KernelWriter(string name, int keepsVectors)
    {
        Name = name;
        _keepsVectors = keepsVectors;
        Comment("entry: rcx = arguments, from rdi (System V) or as it is (Windows)");
        Code.endbr64();
        Code.mov(rcx, rdi);
        Vectors("xmm6 ... xmm15, where the caller keeps them", save: true);
    }

    public string Name { get; }

    public Assembler Code { get; } = new(64);

    public static AssemblerRegisterZMM Z(int index) => s_z[index];

    /// <summary>Says what the instructions from here on do.</summary>
    public void Comment(string text) => _comments.Add((Code.Instructions.Count, text));

    /// <summary>Ends the kernel.</summary>
    public AssembledKernel End()
    {
        Vectors("the caller's vectors again", save: false);
        Code.vzeroupper();
        Code.ret();
        using var stream = new MemoryStream();
        Code.Assemble(new StreamCodeWriter(stream), 0);
        return new AssembledKernel(Name, stream.ToArray(), _comments);
    }

    private void Vectors(string comment, bool save)
    {
        Label skip = Code.CreateLabel();
        Comment(comment);
        Code.cmp(__qword_ptr[rcx + _keepsVectors], 0);
        Code.je(skip);
        for (int i = 6; i < 16; i++)
        {
            AssemblerMemoryOperand place = __xmmword_ptr[rcx + (_keepsVectors + 8 + (16 * (i - 6)))];
            if (save)
                Code.vmovups(place, s_x[i]);
            else
                Code.vmovups(s_x[i], place);
        }
        Code.Label(ref skip);
    }

    private static readonly AssemblerRegisterXMM[] s_x =
    [
        xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15,
    ];

    private static readonly AssemblerRegisterZMM[] s_z =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];
}

/// <summary>A kernel's bytes, and what its blocks do.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Bytes">Position-independent.</param>
/// <param name="Comments">By the number of the instruction that they stand before.</param>
internal sealed record AssembledKernel(
    string Name, byte[] Bytes, IReadOnlyList<(int Instruction, string Text)> Comments);
