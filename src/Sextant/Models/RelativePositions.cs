using System.Numerics;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Layers;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Models;

/// <summary>
/// The tables of disentangled attention: a vector for each relative position, which every layer turns into a key and a
/// query with its own matrices. They are computed when the model is loaded, in the order that kernels/NUMERICS.md gives
/// products and norms.
/// </summary>
internal sealed class RelativePositions(BackboneShape shape, int span, bool inBuckets, int longest, bool normed)
{
    private const string Embeddings = "encoder.rel_embeddings.weight";

    // [H, P]: the vectors, transposed, so that a product runs over positions; all layers share them.
    private float[]? _vectors;
    private Table? _rows;
    private int[]? _borders;

    /// <summary>P: twice the span, filled up to a multiple of 16.</summary>
    public int PaddedRows { get; } = (2 * span + 15) & ~15;

    /// <summary>Loads one layer's tables.</summary>
    public PositionBias Load(WeightLoader loader, Matrix qkv, int layer)
    {
        _vectors ??= Vectors(loader);
        int reach = shape.Positions - 1;
        _rows ??= loader.Table(1, 2 * reach + 1, (_, row) =>
        {
            for (int i = 0; i < row.Length; i++)
                row[i] = Row(i - reach);
        });
        string self = $"encoder.layer.{MessageText.Number(layer)}.attention.self.";
        return new PositionBias(
            null, Turned(loader, self + "key_proj"), Turned(loader, self + "query_proj"), _rows);
    }

    /// <summary>The vector of a distance key − query: the bucket of its reverse, held within the span.</summary>
    internal int Row(int distance)
    {
        int bucket = inBuckets ? Math.Sign(distance) * Bucket(Math.Abs(distance)) : distance;
        return Math.Clamp(span - bucket, 0, 2 * span - 1);
    }

    /// <summary>
    /// DeBERTa's bucket of a distance n ≥ 0: n itself up to half of the buckets, mid; from there on the smallest b with
    /// n/mid ≤ ((longest − 1)/mid)^((b − mid)/(mid − 1)). At most the span, which nothing tells from what is beyond.
    /// </summary>
    internal int Bucket(int n)
    {
        int mid = span / 2;
        if (n <= mid)
            return n;
        _borders ??= Borders(mid, longest);
        int position = Array.BinarySearch(_borders, n);
        return mid + (position < 0 ? ~position : position) + 1;
    }

    // The largest n of bucket mid + 1, mid + 2 … 2·mid − 1: where n^(mid−1) · mid^k ≤ (longest − 1)^k · mid^(mid−1), in
    // whole numbers, so that no rounding moves a border.
    private static int[] Borders(int mid, int longest)
    {
        var borders = new int[Math.Max(0, mid - 1)];
        BigInteger right = BigInteger.Pow(mid, mid - 1);
        BigInteger left = BigInteger.One;
        for (int k = 1; k <= borders.Length; k++)
        {
            right *= longest - 1;
            left *= mid;
            (int low, int high) = (k == 1 ? mid : borders[k - 2], 1 << 21);
            while (high - low > 1)
            {
                int middle = low + (high - low) / 2;
                if (BigInteger.Pow(middle, mid - 1) * left <= right)
                    low = middle;
                else
                    high = middle;
            }
            borders[k - 1] = low;
        }
        return borders;
    }

    private float[] Vectors(WeightLoader loader)
    {
        (int hidden, int rows) = (shape.Hidden, 2 * span);
        var stored = new float[rows * hidden];
        loader.Rows(rows, hidden, Embeddings).Read(0, stored);
        if (normed)
        {
            var gamma = new float[hidden];
            var beta = new float[hidden];
            loader.Column(hidden, "encoder.LayerNorm.weight").Read(0, gamma);
            loader.Column(hidden, "encoder.LayerNorm.bias").Read(0, beta);
            RowNorms.LayerNorm(stored, gamma, beta, shape.Epsilon);
        }
        var turned = new float[hidden * PaddedRows];
        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < hidden; k++)
                turned[k * PaddedRows + row] = stored[row * hidden + k];
        }
        return turned;
    }

    // [H, P] = w [H,H] · vectors [H,P] + b: for each element a chain over k, as in every product.
    private Table Turned(WeightLoader loader, string name)
    {
        (int hidden, int padded) = (shape.Hidden, PaddedRows);
        IRowSource weight = loader.Rows(hidden, hidden, name + ".weight");
        var bias = new float[hidden];
        loader.Column(hidden, name + ".bias").Read(0, bias);
        float[] vectors = _vectors!;
        return loader.Table(hidden, padded, (first, destination) =>
        {
            int rows = destination.Length / padded;
            var w = new float[rows * hidden];
            weight.Read(first, w);
            destination.Clear();
            for (int row = 0; row < rows; row++)
            {
                Span<float> y = destination.Slice(row * padded, padded);
                for (int k = 0; k < hidden; k++)
                    AddProduct(w[row * hidden + k], vectors.AsSpan(k * padded, padded), y);
                float b = bias[first + row];
                foreach (ref float value in y)
                    value += b;
            }
        });
    }

    private static void AddProduct(float weight, ReadOnlySpan<float> x, Span<float> y)
    {
        var factor = new Vector<float>(weight);
        int i = 0;
        for (; i <= y.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.FusedMultiplyAdd(factor, new Vector<float>(x[i..]), new Vector<float>(y[i..])).CopyTo(y[i..]);
        for (; i < y.Length; i++)
            y[i] = MathF.FusedMultiplyAdd(weight, x[i], y[i]);
    }
}
