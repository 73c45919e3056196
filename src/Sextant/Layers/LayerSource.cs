using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Layers;

/// <summary>Where a matrix and its bias are stored.</summary>
internal readonly record struct MatrixSource(IRowSource Rows, IRowSource? Bias)
{
    public Matrix Load(Backend backend) => backend.LoadMatrix(Rows, Bias);
}

/// <summary>The names of a layer's norms; a layer has those that its <see cref="NormPosition"/> needs.</summary>
/// <param name="BeforeAttention">Of what attention takes; null where a layer, such as a first one, has none.</param>
/// <param name="AfterAttention">Of what attention gives (around) or of the sum (post).</param>
/// <param name="BeforeFeedForward">Of what the feed-forward part takes.</param>
/// <param name="AfterFeedForward">Of what the feed-forward part gives (around) or of the sum (post).</param>
/// <param name="Query">Of each head of queries.</param>
/// <param name="Key">Of each head of keys.</param>
internal sealed record NormNames(
    string? BeforeAttention, string? AfterAttention, string? BeforeFeedForward, string? AfterFeedForward,
    string? Query = null, string? Key = null);

/// <summary>
/// Loads what scores gain by distance for one layer; the layer's matrix of queries, keys and values is loaded.
/// </summary>
internal delegate PositionBias LoadPositionBias(WeightLoader loader, Matrix qkv, int layer);

/// <summary>What a layer is made of; its matrices are packed in the order in which they are used.</summary>
internal sealed record LayerSource
{
    /// <summary>H.</summary>
    public required int Hidden { get; init; }

    /// <summary>Queries, keys and values: [(N + 2K)·D, H].</summary>
    public required MatrixSource Qkv { get; init; }

    /// <summary>[H, N·D].</summary>
    public required MatrixSource Output { get; init; }

    /// <summary>[F, H], or with a gate [2F, H]: the half that the activation takes, then the other.</summary>
    public required MatrixSource Up { get; init; }

    /// <summary>[H, F].</summary>
    public required MatrixSource Down { get; init; }

    public required NormNames Norms { get; init; }

    public required NormKind NormKind { get; init; }

    public required NormPosition NormPosition { get; init; }

    public required float Epsilon { get; init; }

    public required AttentionShape Attention { get; init; }

    /// <summary>Of the feed-forward part, or of its gate.</summary>
    public required ActivationKind Activation { get; init; }

    public required bool Gated { get; init; }

    /// <summary>Cosines and sines by position; null without rotary positions.</summary>
    public Table? Rotation { get; init; }

    /// <summary>Bytes that the packed matrices take.</summary>
    public long SizeIn(Backend backend) => backend.SizeOfMatrix(Qkv.Rows) + backend.SizeOfMatrix(Output.Rows)
        + backend.SizeOfMatrix(Up.Rows) + backend.SizeOfMatrix(Down.Rows);
}
