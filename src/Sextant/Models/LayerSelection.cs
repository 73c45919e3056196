using Sextant.Backends;

namespace Sextant.Models;

/// <summary>
/// Which hidden states become the backbone's output: one, or the average of several, weighted or not. 0 is the state before the first
/// layer, k the output of layer k. Layers after the last one chosen are not run.
/// </summary>
internal sealed class LayerSelection
{
    private readonly int[] _layers;

    /// <summary>Ascending, distinct layer numbers.</summary>
    public LayerSelection(params int[] layers)
    {
        _layers = [.. layers.Distinct().Order()];
        Last = _layers[^1];
    }

    /// <summary>The last layer to run.</summary>
    public int Last { get; }

    /// <summary>How many states are averaged.</summary>
    public int Count => _layers.Length;

    /// <summary>
    /// Diagonal matrices [H,H] that the states are multiplied by, in the order of the layers; null: by nothing.
    /// </summary>
    public Matrix[]? Scales { get; init; }

    /// <summary>What the sum is divided by.</summary>
    public float Divisor { get => field == 0 ? Count : field; init; }

    /// <summary>Whether a state takes part.</summary>
    public bool Contains(int layer) => Array.IndexOf(_layers, layer) >= 0;

    public override string ToString() => string.Join('+', _layers);
}
