using Sextant.Backends;
using Sextant.Batches;
using Sextant.Tensors;

namespace Sextant.Pooling;

/// <summary>
/// Hidden states to vectors: pooling, then dense layers and normalisations in the model's order, then the first
/// dimensions. A normalisation at the end sees only the dimensions that are kept.
/// </summary>
internal sealed class EmbeddingHead : OutputHead
{
    private readonly PoolingPlan _pooling;
    private readonly HeadSteps _steps;
    private readonly int _hidden;
    private readonly int _pooled;

    public EmbeddingHead(PoolingPlan pooling, int hidden, HeadStep[] steps, int? dimensions)
    {
        _pooling = pooling;
        _hidden = hidden;
        _pooled = hidden * pooling.Count;
        _steps = new HeadSteps(steps, _pooled);
        if (dimensions > FullDimensions || dimensions < 1)
        {
            throw new UnsupportedRequestException(
                $"{dimensions} dimensions were asked for; this model's vectors have {FullDimensions}.");
        }
        Dimensions = dimensions ?? FullDimensions;
    }

    /// <summary>Dimensions before any are cut.</summary>
    public int FullDimensions => _steps.Outputs;

    /// <summary>Dimensions of the vectors.</summary>
    public override int Dimensions { get; }

    /// <summary>The longest input of a dense layer.</summary>
    public override int LargestInputs => _steps.LargestInputs;

    /// <summary>Whether the vectors have length one.</summary>
    public bool IsNormalized => _steps.IsNormalized;

    /// <summary>
    /// The same head with vectors of another length, scaled to length one or not; it shares the matrices.
    /// </summary>
    /// <exception cref="UnsupportedRequestException">The vectors are not so long.</exception>
    public EmbeddingHead With(int dimensions, bool? normalize) =>
        new(_pooling, _hidden, _steps.With(normalize ?? IsNormalized), dimensions);

    /// <summary>Bytes of a workspace that <see cref="Run"/> takes.</summary>
    public override long WorkspaceBytes(Backend backend, PackedBatch batch) =>
        Workspace.SizeOf(batch.Sequences, _pooled) + _steps.WorkspaceBytes(batch.Sequences);

    /// <summary>hidden [T,H] → vectors [S, dimensions].</summary>
    public override Tensor Run(Backend backend, PackedBatch batch, Tensor hidden, Workspace workspace, Tensor scratch)
    {
        Tensor x = workspace.Take(batch.Sequences, _pooled);
        _pooling.Run(backend, batch, hidden, x);
        return _steps.Run(backend, x, Dimensions, workspace, scratch);
    }
}
