using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;
using static Sextant.X64.KernelWriter;
using static Sextant.X64.TileOffsets;

namespace Sextant.X64;

/// <summary>
/// What the tiles of products have in common: rows in r8 and rax, the pass over the inputs, the stores.
/// </summary>
internal static class TileLoop
{
    public const int MaxRows = 8;
    public const int MaxVectors = 3;

    /// <summary>Multiplies a broadcast of a row into the accumulator of a row and a vector.</summary>
    public delegate void Multiply(int row, int vector, AssemblerRegisterZMM x);

    /// <summary>Every row count and width.</summary>
    public static IEnumerable<(int Rows, int Vectors)> Shapes()
    {
        for (int vectors = 1; vectors <= MaxVectors; vectors++)
        {
            for (int rows = 1; rows <= MaxRows; rows++)
                yield return (rows, vectors);
        }
    }

    /// <summary>The addresses of the rows of x.</summary>
    public static void Rows(KernelWriter kernel, int rows)
    {
        Assembler c = kernel.Code;
        kernel.Comment("r8 = rows 0 ... 3, rax = rows 4 ... 7, r9 = stride, r10 = 3 strides");
        c.mov(r8, __qword_ptr[rcx + X]);
        c.mov(r9, __qword_ptr[rcx + XStride]);
        c.lea(r10, __[r9 + r9 * 2]);
        if (rows > 4)
            c.lea(rax, __[r8 + r9 * 4]);
    }

    /// <summary>The pass over all inputs: four bytes of each row and 64 of each vector of b a turn.</summary>
    public static void Pass(
        KernelWriter kernel, int rows, int vectors, Func<int, AssemblerRegisterZMM> broadcast, Multiply multiply)
    {
        Assembler c = kernel.Code;
        int b = rows * vectors;
        Label loop = c.CreateLabel();
        kernel.Comment("four bytes of inputs a turn: b, and the next panel on its way to the L2");
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
            AssemblerRegisterZMM x = broadcast(row);
            c.vpbroadcastd(x, RowOf(row));
            for (int vector = 0; vector < vectors; vector++)
                multiply(row, vector, x);
        }
        c.add(r11, __qword_ptr[rcx + PrefetchStep]);
        c.add(rdx, 64 * vectors);
        c.add(r8, 4);
        if (rows > 4)
            c.add(rax, 4);
        c.cmp(rdx, __qword_ptr[rcx + BEnd]);
        c.jne(loop);
    }

    /// <summary>The residual, where there is one, and y.</summary>
    public static void Store(KernelWriter kernel, int rows, int vectors)
    {
        Assembler c = kernel.Code;
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
            {
                AssemblerRegisterZMM sum = Z(row * vectors + vector);
                c.vaddps(sum, sum, __zmmword_ptr[rax + 64 * vector]);
            }
            c.add(rax, r9);
        }

        kernel.Comment("y");
        c.Label(ref store);
        for (int row = 0; row < rows; row++)
        {
            for (int vector = 0; vector < vectors; vector++)
                c.vmovups(__zmmword_ptr[r10 + 64 * vector], Z(row * vectors + vector));
            c.add(r10, r11);
        }
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
