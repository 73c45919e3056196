using Sextant.Kernels.Sum;

namespace Sextant.Kernels.Norm;

/// <summary>The specification of scaling to length one: x / max(sqrt(SumOfSquares(x)), 1e-12).</summary>
internal static unsafe class NormalizeReference
{
    /// <summary>The least length a vector is divided by, as torch.nn.functional.normalize has it.</summary>
    public const float SmallestLength = 1e-12f;

    public static void Run(float* x, int n)
    {
        var row = new Span<float>(x, n);
        float length = MathF.Sqrt(SumReference.SumOfProducts(row, row));
        length = length > SmallestLength ? length : SmallestLength;
        for (int i = 0; i < n; i++)
            x[i] /= length;
    }
}
