using Sextant.Kernels.Sum;

namespace Sextant.Kernels.Norm;

/// <summary>The specification of LayerNorm and of scaling to length one.</summary>
internal static unsafe class LayerNormReference
{
    public static void Run(in LayerNormArguments a)
    {
        a.AssertValid();
        int n = a.Columns;
        for (int row = 0; row < a.Rows; row++)
        {
            var x = new ReadOnlySpan<float>(a.X + (nint)row * n, n);
            var y = new Span<float>(a.Y + (nint)row * n, n);
            float mean = SumReference.Sum(x) / n;
            for (int i = 0; i < n; i++)
                y[i] = x[i] - mean;
            float variance = SumReference.SumOfProducts(y, y) / n;
            float inverse = 1f / MathF.Sqrt(variance + a.Epsilon);
            for (int i = 0; i < n; i++)
                y[i] = MathF.FusedMultiplyAdd(y[i] * inverse, a.Gamma[i], a.Beta[i]);
        }
    }
}
