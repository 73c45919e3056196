using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using static Sextant.X64.KernelWriter;
using static Sextant.X64.TileOffsets;

namespace Sextant.X64;

// GEMM micro-kernel of bfloat16 numbers, AVX-512 BF16, R×W vectors (R ≤ 8, W ≤ 3).   y [R,16W] = x [R,K] · b [K,16W]
// Layout    x: rows of pairs (k + 1, k).  b: a packed panel of such pairs, [K/2][16W][2].
// Registers R·W accumulators + W of b + what is left in turn for broadcasts.     Bound: compute, two vdpbf16ps a cycle.
// Order     the instruction adds the product of the upper halves first: k ascending, one chain an output, each addition
//           rounded, as if by fma. It takes denormals for zeros: narrowed operands leave none (kernels/NUMERICS.md).
// Edges     every row count and width is a kernel of its own. y is written once, after the residual was read.

internal static class GemmBFloat16Tile
{
    /// <summary>Such as GemmBFloat16_8x3.</summary>
    public static string NameOf(int rows, int vectors) => $"GemmBFloat16_{rows}x{vectors}";

    public static AssembledKernel Assemble(int rows, int vectors)
    {
        var kernel = new KernelWriter(NameOf(rows, vectors), KeepsVectors);
        Assembler c = kernel.Code;
        AssemblerRegisterZMM Acc(int row, int vector) => Z(row * vectors + vector);
        int b = rows * vectors;
        int free = b + vectors;
        AssemblerRegisterZMM Free(int row) => Z(free + row % (32 - free));

        TileLoop.Rows(kernel, rows);
        kernel.Comment("sums begin at +0");
        for (int i = 0; i < rows * vectors; i++)
            c.vpxord(Z(i), Z(i), Z(i));
        TileLoop.Pass(kernel, rows, vectors, Free, (row, vector, x) =>
            c.vdpbf16ps(Acc(row, vector), x, Z(b + vector)));

        Label residual = c.CreateLabel();
        kernel.Comment("plus bias, where there is one");
        c.mov(r8, __qword_ptr[rcx + Bias]);
        c.test(r8, r8);
        c.je(residual);
        for (int row = 0; row < rows; row++)
        {
            for (int vector = 0; vector < vectors; vector++)
                c.vaddps(Acc(row, vector), Acc(row, vector), __zmmword_ptr[r8 + 64 * vector]);
        }
        c.Label(ref residual);
        TileLoop.Store(kernel, rows, vectors);
        return kernel.End();
    }
}
