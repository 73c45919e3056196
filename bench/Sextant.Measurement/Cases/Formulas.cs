using Sextant.Kernels;

namespace Sextant.Measurement.Cases;

/// <summary>One output of each op in double arithmetic: what kernels and devices are compared with.</summary>
internal static class Formulas
{
    /// <summary>Σ a·b + start.</summary>
    public static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b, double start = 0)
    {
        double sum = start;
        for (int i = 0; i < a.Length; i++)
            sum += (double)a[i] * b[i];
        return sum;
    }

    /// <summary>LayerNorm of a row.</summary>
    public static double LayerNorm(
        ReadOnlySpan<float> x, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, float epsilon, int index)
    {
        double mean = 0, variance = 0;
        foreach (float value in x)
            mean += value;
        mean /= x.Length;
        foreach (float value in x)
            variance += (value - mean) * (value - mean);
        return (x[index] - mean) / Math.Sqrt(variance / x.Length + epsilon) * gamma[index] + beta[index];
    }

    /// <summary>RMSNorm of a row.</summary>
    public static double RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> gamma, float epsilon, int index) =>
        x[index] / Math.Sqrt(Dot(x, x) / x.Length + epsilon) * gamma[index];

    /// <summary>A row scaled to length one.</summary>
    public static double Normalize(ReadOnlySpan<float> x, int index) => x[index] / Math.Sqrt(Dot(x, x));

    /// <summary>A head of a row turned by a row of R/2 cosines and R/2 sines, R the head's length.</summary>
    public static double Rope(ReadOnlySpan<float> head, ReadOnlySpan<float> table, int index)
    {
        int half = table.Length / 2;
        double c = table[index % half], s = table[half + index % half];
        return index < half ? head[index] * c - s * head[index + half] : head[index] * c + s * head[index - half];
    }

    /// <summary>A column of x [rows, columns] pooled.</summary>
    public static double Pool(PoolKind kind, ReadOnlySpan<float> x, int columns, int column)
    {
        int n = x.Length / columns;
        double value = kind == PoolKind.Max ? double.NegativeInfinity : 0;
        for (int t = 0; t < n; t++)
        {
            double element = x[t * columns + column];
            value = kind switch
            {
                PoolKind.Cls => t == 0 ? element : value,
                PoolKind.Max => Math.Max(value, element),
                PoolKind.WeightedMean => value + (t + 1) * element,
                PoolKind.LastToken => element,
                _ => value + element,
            };
        }
        return kind switch
        {
            PoolKind.Mean => value / n,
            PoolKind.MeanSqrtLength => value / Math.Sqrt(n),
            PoolKind.WeightedMean => value / (n * (n + 1.0) / 2),
            _ => value,
        };
    }

    /// <summary>
    /// One element of softmax(q · kᵀ · scale) · v for the query of token i, over keys first … end − 1: a head lies at
    /// the beginning of rows of <paramref name="stride"/> elements.
    /// </summary>
    public static double Attention(
        ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v, int stride, float scale, int first,
        int end, int index)
    {
        double sum = 0, weights = 0, largest = double.NegativeInfinity;
        var scores = new double[end - first];
        for (int j = first; j < end; j++)
        {
            scores[j - first] = Dot(q, k.Slice(j * stride, q.Length)) * scale;
            largest = Math.Max(largest, scores[j - first]);
        }
        for (int j = first; j < end; j++)
        {
            double weight = Math.Exp(scores[j - first] - largest);
            weights += weight;
            sum += weight * v[j * stride + index];
        }
        return sum / weights;
    }
}
