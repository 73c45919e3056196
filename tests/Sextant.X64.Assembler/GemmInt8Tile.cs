using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using static Sextant.X64.KernelWriter;
using static Sextant.X64.TileOffsets;

namespace Sextant.X64;

// GEMM micro-kernel in bytes, AVX-512 VNNI, R×W vectors (R ≤ 8, W ≤ 3).   y [R,16W] = x [R,K] · b [K,16W]
// Layout    x: rows of unsigned bytes.  b: a packed panel, [K/4][16W][4] signed bytes.
// Registers R·W accumulators + W of b + what is left in turn for broadcasts.     Bound: compute, two vpdpbusd a cycle.
// Order     none: integers are exact. The epilogue is ((acc · row scale) · column scale) + bias (+ residual).
// Edges     every row count and width is a kernel of its own. y is written once, after the residual was read.

internal static class GemmInt8Tile
{
    public const int MaxRows = 8;
    public const int MaxVectors = 3;

    /// <summary>Such as GemmInt8_8x3.</summary>
    public static string NameOf(int rows, int vectors) => $"GemmInt8_{rows}x{vectors}";

    public static AssembledKernel Assemble(int rows, int vectors)
    {
        var kernel = new KernelWriter(NameOf(rows, vectors), KeepsVectors);
        Assembler c = kernel.Code;
        AssemblerRegisterZMM Acc(int row, int vector) => Z(row * vectors + vector);
        int b = rows * vectors;
        int free = b + vectors;
        int spare = 32 - free;

        kernel.Comment("r8 = rows 0 ... 3, rax = rows 4 ... 7, r9 = stride, r10 = 3 strides");
        c.mov(r8, __qword_ptr[rcx + X]);
        c.mov(r9, __qword_ptr[rcx + XStride]);
        c.lea(r10, __[r9 + r9 * 2]);
        if (rows > 4)
            c.lea(rax, __[r8 + r9 * 4]);

        kernel.Comment("sums begin at -(zero point of the row) * (sum of the column's weights)");
        c.mov(rdx, __qword_ptr[rcx + ColumnSums]);
        c.mov(r11, __qword_ptr[rcx + RowOffsets]);
        for (int row = 0; row < rows; row++)
        {
            AssemblerRegisterZMM offset = Z(free + row % spare);
            c.vpbroadcastd(offset, __dword_ptr[r11 + 4 * row]);
            for (int vector = 0; vector < vectors; vector++)
                c.vpmulld(Acc(row, vector), offset, __zmmword_ptr[rdx + 64 * vector]);
        }

        Label loop = c.CreateLabel();
        kernel.Comment("four inputs a turn: b, and the next panel on its way to the L2");
        c.mov(rdx, __qword_ptr[rcx + B]);
        c.mov(r11, __qword_ptr[rcx + Prefetch]);
        c.Label(ref loop);
        for (int vector = 0; vector < vectors; vector++)
            c.vmovdqu64(Z(b + vector), __zmmword_ptr[rdx + 64 * vector]);
        for (int line = 0; line < vectors; line++)
            c.prefetcht1(__byte_ptr[r11 + 64 * line]);
        kernel.Comment("four bytes of each row times b");
        for (int row = 0; row < rows; row++)
        {
            AssemblerRegisterZMM x = Z(free + row % spare);
            c.vpbroadcastd(x, RowOf(row));
            for (int vector = 0; vector < vectors; vector++)
                c.vpdpbusd(Acc(row, vector), x, Z(b + vector));
        }
        c.add(r11, __qword_ptr[rcx + PrefetchStep]);
        c.add(rdx, 64 * vectors);
        c.add(r8, 4);
        if (rows > 4)
            c.add(rax, 4);
        c.cmp(rdx, __qword_ptr[rcx + BEnd]);
        c.jne(loop);

        kernel.Comment("to f32, times the row's scale, times the column's, plus bias: each rounded");
        c.mov(rdx, __qword_ptr[rcx + ColumnScales]);
        c.mov(r8, __qword_ptr[rcx + Bias]);
        c.mov(r9, __qword_ptr[rcx + RowScales]);
        for (int row = 0; row < rows; row++)
        {
            AssemblerRegisterZMM scale = Z(free + row % spare);
            c.vbroadcastss(scale, __dword_ptr[r9 + 4 * row]);
            for (int vector = 0; vector < vectors; vector++)
            {
                c.vcvtdq2ps(Acc(row, vector), Acc(row, vector));
                c.vmulps(Acc(row, vector), Acc(row, vector), scale);
                c.vmulps(Acc(row, vector), Acc(row, vector), __zmmword_ptr[rdx + 64 * vector]);
                c.vaddps(Acc(row, vector), Acc(row, vector), __zmmword_ptr[r8 + 64 * vector]);
            }
        }

        Label store = c.CreateLabel();
        kernel.Comment("plus the residual, where there is one");
        c.mov(rax, __qword_ptr[rcx + Residual]);
        c.mov(r10, __qword_ptr[rcx + Y]);
        c.mov(r11, __qword_ptr[rcx + YStride]);
        c.test(rax, rax);
        c.je(store);
        c.mov(r9, __qword_ptr[rcx + ResidualStride]);
        for (int row = 0; row < rows; row++)
        {
            for (int vector = 0; vector < vectors; vector++)
                c.vaddps(Acc(row, vector), Acc(row, vector), __zmmword_ptr[rax + 64 * vector]);
            c.add(rax, r9);
        }

        kernel.Comment("y");
        c.Label(ref store);
        for (int row = 0; row < rows; row++)
        {
            for (int vector = 0; vector < vectors; vector++)
                c.vmovups(__zmmword_ptr[r10 + 64 * vector], Acc(row, vector));
            c.add(r10, r11);
        }
        return kernel.End();
    }

    private static AssemblerMemoryOperand RowOf(int row)
    {
        AssemblerRegister64 first = row < 4 ? r8 : rax;
        return (row % 4) switch
        {
            0 => __dword_ptr[first],
            1 => __dword_ptr[first + r9],
            2 => __dword_ptr[first + r9 * 2],
            _ => __dword_ptr[first + r10],
        };
    }
}
