using System.Runtime.InteropServices;

namespace Sextant.Gpu.Tests.Ptx;

/// <summary>
/// The instructions that a warp does together on small matrices; which thread holds which element is from the tables
/// of the PTX ISA, "Matrix fragments for mma.m16n8k16 with floating point type" and "ldmatrix".
/// </summary>
internal static class PtxMatrix
{
    private const int Rows = 16, Columns = 8, Depth = 16;

    /// <summary>D = A·B + C: four registers of D, four of A, two of B, four of C; values of f16 or bf16.</summary>
    public static void Multiply(PtxWarp warp, PtxInstruction one)
    {
        bool halves = one.Variant == "f16";
        float Value(int register, int lane, int place)
        {
            ulong bits = warp.Values(one.From[register])[lane] >> (16 * place);
            return halves ? PtxArithmetic.Half(bits) : PtxArithmetic.Brain(bits);
        }
        // The columns of the right one are kept together.
        Span<float> left = stackalloc float[Rows * Depth], right = stackalloc float[Columns * Depth];
        for (int lane = 0; lane < PtxWarp.Threads; lane++)
        {
            (int group, int place) = (lane / 4, lane % 4);
            for (int i = 0; i < 8; i++)
            {
                int row = i is 0 or 1 or 4 or 5 ? group : group + 8;
                left[(row * Depth) + (2 * place) + (i & 1) + (i >= 4 ? 8 : 0)] = Value(i / 2, lane, i & 1);
            }
            for (int i = 0; i < 4; i++)
                right[(group * Depth) + (2 * place) + (i & 1) + (i >= 2 ? 8 : 0)] = Value(4 + (i / 2), lane, i & 1);
        }
        Span<ulong> results = stackalloc ulong[4];
        for (int lane = 0; lane < PtxWarp.Threads; lane++)
        {
            for (int i = 0; i < 4; i++)
            {
                (int row, int column) = ((lane / 4) + (i >= 2 ? 8 : 0), (2 * (lane % 4)) + (i & 1));
                // Products are exact; how their sum is rounded the ISA leaves open.
                double sum = PtxArithmetic.Single(warp.Values(one.From[6 + i])[lane]);
                for (int k = 0; k < Depth; k++)
                    sum += (double)left[(row * Depth) + k] * right[(column * Depth) + k];
                results[i] = PtxArithmetic.Of((float)sum);
            }
            for (int i = 0; i < 4; i++)
                warp.Values(one.To[i])[lane] = results[i];
        }
    }

    /// <summary>
    /// Four matrices of 8 × 8 values of two bytes; thread 8·m + r says where row r of matrix m lies.
    /// </summary>
    /// <param name="transposed">Whether threads get columns for rows.</param>
    /// <param name="row">The sixteen bytes that a thread's address names.</param>
    /// <param name="result">Takes a thread's value of each matrix.</param>
    public static void Load(bool transposed, Func<int, byte[]> row, Action<int, int, ulong> result)
    {
        for (int matrix = 0; matrix < 4; matrix++)
        {
            byte[][] rows = [.. Enumerable.Range(8 * matrix, 8).Select(row)];
            ushort At(int r, int c) => MemoryMarshal.Cast<byte, ushort>(rows[r])[c];
            for (int lane = 0; lane < 32; lane++)
            {
                (int major, int minor) = (lane / 4, 2 * (lane % 4));
                (ushort low, ushort high) = transposed
                    ? (At(minor, major), At(minor + 1, major))
                    : (At(major, minor), At(major, minor + 1));
                result(lane, matrix, ((ulong)high << 16) | low);
            }
        }
    }
}
