using Sextant.Kernels.Sum;

namespace Sextant.Kernels.Norm;

/// <summary>The specification of RMSNorm.</summary>
internal static unsafe class RmsNormReference
{
    public static void Run(in RmsNormArguments a)
    {
        a.AssertValid();
        int n = a.Columns;
        for (int row = 0; row < a.Rows; row++)
        {
            for (int group = 0; group < a.Groups; group++)
            {
                var x = new ReadOnlySpan<float>(a.X + row * a.XStride + (nint)group * n, n);
                var y = new Span<float>(a.Y + row * a.YStride + (nint)group * n, n);
                float* residual = a.Residual == null ? null : a.Residual + row * a.ResidualStride + (nint)group * n;
                float mean = SumReference.SumOfProducts(x, x) / n;
                float inverse = 1f / MathF.Sqrt(mean + a.Epsilon);
                for (int i = 0; i < n; i++)
                {
                    float value = x[i] * inverse * a.Gamma[i];
                    y[i] = residual == null ? value : value + residual[i];
                }
            }
        }
    }
}
