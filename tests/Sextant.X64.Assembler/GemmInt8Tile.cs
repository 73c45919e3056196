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
    /// <summary>Such as GemmInt8_8x3.</summary>
    public static string NameOf(int rows, int vectors) => $"GemmInt8_{rows}x{vectors}";

    public static AssembledKernel Assemble(int rows, int vectors)
    {
        var kernel = new KernelWriter(NameOf(rows, vectors), KeepsVectors);
        Assembler c = kernel.Code;
        AssemblerRegisterZMM Acc(int row, int vector) => Z(row * vectors + vector);
        int b = rows * vectors;
        int free = b + vectors;
        AssemblerRegisterZMM Free(int row) => Z(free + row % (32 - free));

        TileLoop.Rows(kernel, rows);
        kernel.Comment("sums begin at -(zero point of the row) * (sum of the column's weights)");
        c.mov(rdx, __qword_ptr[rcx + ColumnSums]);
        c.mov(r11, __qword_ptr[rcx + RowOffsets]);
        for (int row = 0; row < rows; row++)
        {
            c.vpbroadcastd(Free(row), __dword_ptr[r11 + 4 * row]);
            for (int vector = 0; vector < vectors; vector++)
                c.vpmulld(Acc(row, vector), Free(row), __zmmword_ptr[rdx + 64 * vector]);
        }
        TileLoop.Pass(kernel, rows, vectors, Free, (row, vector, x) =>
            c.vpdpbusd(Acc(row, vector), x, Z(b + vector)));

        kernel.Comment("to f32, times the row's scale, times the column's, plus bias: each rounded");
        c.mov(rdx, __qword_ptr[rcx + ColumnScales]);
        c.mov(r8, __qword_ptr[rcx + Bias]);
        c.mov(r9, __qword_ptr[rcx + RowScales]);
        for (int row = 0; row < rows; row++)
        {
            c.vbroadcastss(Free(row), __dword_ptr[r9 + 4 * row]);
            for (int vector = 0; vector < vectors; vector++)
            {
                c.vcvtdq2ps(Acc(row, vector), Acc(row, vector));
                c.vmulps(Acc(row, vector), Acc(row, vector), Free(row));
                c.vmulps(Acc(row, vector), Acc(row, vector), __zmmword_ptr[rdx + 64 * vector]);
                c.vaddps(Acc(row, vector), Acc(row, vector), __zmmword_ptr[r8 + 64 * vector]);
            }
        }
        TileLoop.Store(kernel, rows, vectors);
        return kernel.End();
    }
}
