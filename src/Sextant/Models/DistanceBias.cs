using System.Numerics;
using Sextant.Backends;
using Sextant.Kernels.Elementary;
using Sextant.Layers;
using Sextant.Tensors;

namespace Sextant.Models;

/// <summary>What a family adds to a score for the distance between key and query.</summary>
internal static class DistanceBias
{
    /// <summary>
    /// ALiBi (Press et al., 2022): −slope·|distance|, the slope of head h being 2^(−8(h + 1)/n) for n heads; where n is
    /// no power of two, the heads beyond the next smaller power take every other slope of twice as many.
    /// </summary>
    public static LoadPositionBias Alibi(int heads, int positions)
    {
        double[] slopes = Slopes(heads);
        return Shared(loader => loader.Table(heads, 2 * positions - 1, (first, rows) =>
        {
            for (int i = 0; i < rows.Length; i++)
            {
                int head = first + i / (2 * positions - 1);
                int distance = i % (2 * positions - 1) - (positions - 1);
                rows[i] = (float)(-slopes[head] * Math.Abs(distance));
            }
        }));
    }

    /// <summary>
    /// A learned value [buckets, N] for each bucket of distances and head (T5, MPNet), both directions.
    /// </summary>
    public static LoadPositionBias Bucketed(string name, int heads, int buckets, int farthest) => Shared(loader =>
    {
        IRowSource stored = loader.Rows(buckets, heads, name);
        var values = new float[buckets * heads];
        stored.Read(0, values);
        return loader.Table(heads, 2 * farthest + 1, (first, rows) =>
        {
            for (int i = 0; i < rows.Length; i++)
            {
                int head = first + i / (2 * farthest + 1);
                int distance = i % (2 * farthest + 1) - farthest;
                rows[i] = values[Bucket(distance, buckets, farthest) * heads + head];
            }
        });
    });

    /// <summary>
    /// T5's bucket of a distance key − query: half of the buckets for each direction, of which half are single
    /// distances and half grow geometrically up to <paramref name="farthest"/>. Borders are compared as whole numbers.
    /// </summary>
    internal static int Bucket(int distance, int buckets, int farthest)
    {
        int half = buckets / 2;
        int first = distance > 0 ? half : 0;
        int n = Math.Abs(distance);
        int exact = half / 2;
        if (n < exact)
            return first + n;
        // The largest k with (n/exact)^steps ≥ (farthest/exact)^k.
        int steps = half - exact;
        int k = 0;
        while (k + 1 < steps && BigInteger.Pow(n, steps) * BigInteger.Pow(exact, k + 1)
            >= BigInteger.Pow(farthest, k + 1) * BigInteger.Pow(exact, steps))
            k++;
        return first + exact + k;
    }

    private static double[] Slopes(int heads)
    {
        int power = (int)BitOperations.RoundUpToPowerOf2((uint)heads);
        if (power != heads)
            power /= 2;
        var slopes = new double[heads];
        for (int h = 0; h < heads; h++)
        {
            double exponent = h < power ? -8.0 * (h + 1) / power : -8.0 * (2 * (h - power) + 1) / (2 * power);
            slopes[h] = ElementaryDouble.Pow(2, exponent);
        }
        return slopes;
    }

    // All layers share what the first one loads.
    private static LoadPositionBias Shared(Func<WeightLoader, Table> load)
    {
        PositionBias? bias = null;
        return (loader, qkv, layer) => bias ??= new PositionBias(load(loader));
    }
}
