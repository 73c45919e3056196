using Sextant.Kernels;

namespace Sextant.Gpu.Tests;

/// <summary>What the references of fast mode compute in: double, of factors that are rounded to 16 bits.</summary>
internal static class FastValues
{
    public static float[] Of(int seed, int count, float scale = 1f)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(random.NextDouble() * 2 - 1) * scale;
        return values;
    }

    /// <summary>To f16 by the runtime, or to the nearest multiple of bf16's step.</summary>
    public static double Round(float value, bool half)
    {
        if (half)
            return (double)(Half)value;
        if (value == 0)
            return 0;
        double step = Math.ScaleB(1, Math.ILogB(value) - 7);
        return Math.Round(value / step, MidpointRounding.ToEven) * step;
    }

    /// <summary>
    /// The largest difference of a product from the sum in double of the same factors, divided by one plus the sum of
    /// the products' sizes.
    /// </summary>
    public static double WorstProduct(
        float[] actual, float[] xs, int stride, int offset, float[] ws, int rows, int outputs, int inputs, bool half,
        Func<double, int, int, double> epilogue)
    {
        double[] x = Array.ConvertAll(xs, value => Round(value, half));
        double[] w = Array.ConvertAll(ws, value => Round(value, half));
        double worst = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < outputs; column++)
            {
                double sum = 0, size = 0;
                for (int k = 0; k < inputs; k++)
                {
                    double product = x[row * stride + offset + k] * w[column * inputs + k];
                    sum += product;
                    size += Math.Abs(product);
                }
                double error = Math.Abs(epilogue(sum, row, column) - actual[row * outputs + column]) / (1 + size);
                worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(worst, error);
            }
        }
        return worst;
    }

    public static double Activate(ActivationKind kind, double x) => kind switch
    {
        ActivationKind.Gelu => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
        ActivationKind.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        ActivationKind.Relu => Math.Max(x, 0),
        ActivationKind.Silu => x / (1 + Math.Exp(-x)),
        ActivationKind.Sigmoid => 1 / (1 + Math.Exp(-x)),
        ActivationKind.Tanh => Math.Tanh(x),
        ActivationKind.Identity => x,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), $"{kind} has no reference."),
    };

    // The Taylor series; enough terms for |x| below 6, beyond which it is one.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 5)
            return Math.Sign(x);
        double term = x, sum = x;
        for (int n = 1; n < 200; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    /// <summary>Of the angle between two vectors, in double.</summary>
    public static double Cosine(float[] a, float[] b)
    {
        double dot = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            aa += (double)a[i] * a[i];
            bb += (double)b[i] * b[i];
        }
        return dot / Math.Sqrt(aa * bb);
    }
}
