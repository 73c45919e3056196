using Sextant.Backends;
using Sextant.Models;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant;

/// <summary>A WeightedLayerPooling: Σ w·h / Σ w over the hidden states h of several layers.</summary>
/// <remarks>
/// A state is multiplied by its weight as by a diagonal matrix, an op that every backend has: each value is one rounded
/// product, which the zeros beside it do not touch.
/// </remarks>
internal static class LayerWeights
{
    /// <summary>The states and their weights: null where these are equal, both null without a module.</summary>
    /// <exception cref="InvalidModelException">The weights are missing, not finite, or sum up to zero.</exception>
    public static (int[]? Layers, float[]? Weights) Read(SentenceTransformersModules modules)
    {
        if (modules.Modules.OfType<WeightedLayersModule>().FirstOrDefault() is not { } module)
            return (null, null);
        int count = module.LastLayer - module.FirstLayer + 1;
        using Checkpoint checkpoint = Checkpoint.Open(module.Folder);
        TensorInfo tensor = checkpoint.Require("layer_weights", [count], $"a WeightedLayerPooling of {count} layers");
        var weights = new float[count];
        checkpoint.ReadRows(tensor, 0, weights);
        float sum = weights.Sum();
        if (sum == 0 || !float.IsFinite(sum))
        {
            throw new InvalidModelException(tensor.File,
                $"the sum of 'layer_weights' is {MessageText.Number(sum)}, which nothing can be divided by.");
        }
        int[] layers = [.. Enumerable.Range(module.FirstLayer, count)];
        return (layers, Array.TrueForAll(weights, weight => weight == weights[0]) ? null : weights);
    }

    /// <summary>The selection of weighted states.</summary>
    public static LayerSelection Select(int[] layers, float[] weights, int hidden, Backend backend)
    {
        float divisor = 0;
        foreach (float weight in weights)
            divisor += weight;
        return new LayerSelection(layers)
        {
            Scales = Array.ConvertAll(weights, weight => backend.LoadMatrix(Diagonal(hidden, weight), null)),
            Divisor = divisor,
        };
    }

    private static ComputedRows Diagonal(int size, float value) => new(size, size, (first, rows) =>
    {
        rows.Clear();
        for (int row = 0; row < rows.Length / size; row++)
            rows[(row * size) + first + row] = value;
    });
}
