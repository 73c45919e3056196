using System.Runtime.CompilerServices;
using Sextant.Kernels.Gemm;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Attention;

/// <summary>The products of attention in f32, by the micro-kernel of GEMM.</summary>
internal readonly unsafe struct ProductsF32<TIsa, TVector> : IAttentionProducts
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    private static int TileRows => TIsa.Count == 16 ? 8 : 4;

    public static bool HasPairs => false;

    public static bool ReadsValuesInPlace => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackKeys(in AttentionArguments a, int first, int width, float* panel)
    {
        int depth = a.HeadSize;
        int present = Math.Min(width, a.Tokens - first);
        for (int j = 0; j < width; j++)
        {
            float* to = panel + j;
            if (j >= present)
            {
                for (int d = 0; d < depth; d++, to += width)
                    *to = 0f;
                continue;
            }
            float* from = a.K + (first + j) * a.Stride;
            for (int d = 0; d < depth; d++, to += width)
                *to = from[d];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void PackValues(in AttentionArguments a, int width, float* values)
    {
        for (int j = 0; j < a.Tokens; j++, values += width)
        {
            for (int d = 0; d < width; d++)
                values[d] = d < a.HeadSize ? a.V[j * a.Stride + d] : 0f;
        }
    }

    public static float* PackQueries(
        in AttentionArguments a, int row, int rows, int width, float* memory, out nint stride)
    {
        stride = a.Stride;
        return a.Q + row * a.Stride;
    }

    public static void PackWeights(float* p, int n)
    {
    }

    public static void MultiplyKeys(in TileArguments t, int rows, int columns) => Multiply(t, rows, columns);

    public static void MultiplyValues(in TileArguments t, int begin, int tokens, int rows, int columns)
    {
        TileArguments part = t;
        part.B += begin * t.BStride * sizeof(float);
        Multiply(part, rows, columns);
    }

    /// <summary>y [rows,columns] = x [rows,K] · b [K,columns]; columns is a multiple of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(in TileArguments whole, int rows, int columns)
    {
        int vectors = columns / TIsa.Count;
        int passes = (vectors + 2) / 3;
        int vectorsPerPass = (vectors + passes - 1) / passes;
        TileArguments t = whole;
        for (int row = 0; row < rows; row += TileRows)
        {
            t.X = whole.X + row * whole.XStride;
            for (int vector = 0; vector < vectors; vector += vectorsPerPass)
            {
                int column = vector * TIsa.Count;
                t.B = whole.B + column * sizeof(float);
                t.Y = whole.Y + row * whole.YStride + column;
                GemmRows<TIsa, TVector>.Run<StoredF32>(
                    t, Math.Min(TileRows, rows - row), Math.Min(vectorsPerPass, vectors - vector), 0);
            }
        }
    }
}
