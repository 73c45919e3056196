using Sextant.Kernels.Sum;

namespace Sextant.Kernels.Dot;

/// <summary>The specification of the dot products of a query with rows: a sum of products in 32 lanes each.</summary>
internal static unsafe class DotReference
{
    public static void Run(float* query, float* rows, nint count, int n, float* scores)
    {
        for (nint row = 0; row < count; row++)
            scores[row] = SumReference.SumOfProducts(new(query, n), new(rows + row * n, n));
    }
}
