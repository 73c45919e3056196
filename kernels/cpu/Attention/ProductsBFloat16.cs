using Sextant.Kernels.Gemm;
using Sextant.Kernels.GemmBFloat16;
using Sextant.Kernels.Vectors;

namespace Sextant.Kernels.Attention;

/// <summary>The products of attention of bfloat16 numbers that are kept as f32: narrowed, then as in f32.</summary>
internal readonly unsafe struct ProductsBFloat16<TIsa, TVector> : IAttentionProducts
    where TIsa : struct, IVectorIsa<TVector>
    where TVector : struct
{
    public static bool HasPairs => false;

    public static bool ReadsValuesInPlace => false;

    public static void PackKeys(in AttentionArguments a, int first, int width, float* panel)
    {
        ProductsF32<TIsa, TVector>.PackKeys(a, first, width, panel);
        NarrowF32<TIsa, TVector>.Run(panel, a.HeadSize * width, panel);
    }

    public static void PackValues(in AttentionArguments a, int width, float* values)
    {
        ProductsF32<TIsa, TVector>.PackValues(a, width, values);
        NarrowF32<TIsa, TVector>.Run(values, a.Tokens * width, values);
    }

    public static float* PackQueries(
        in AttentionArguments a, int row, int rows, int width, float* memory, out nint stride)
    {
        for (int i = 0; i < rows; i++)
            NarrowF32<TIsa, TVector>.Run(a.Q + (row + i) * a.Stride, a.HeadSize, memory + i * width);
        stride = width;
        return memory;
    }

    public static void PackWeights(float* p, int n) => NarrowF32<TIsa, TVector>.Run(p, n, p);

    public static void MultiplyKeys(in TileArguments t, int rows, int columns) =>
        ProductsF32<TIsa, TVector>.MultiplyKeys(t, rows, columns);

    public static void MultiplyValues(in TileArguments t, int begin, int tokens, int rows, int columns) =>
        ProductsF32<TIsa, TVector>.MultiplyValues(t, begin, tokens, rows, columns);
}
