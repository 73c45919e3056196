using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Pooling;

/// <summary>
/// One step after the pooling: a dense layer, a LayerNorm, or scaling to length one where there is neither.
/// </summary>
internal sealed record HeadStep(Matrix? Weight, ActivationKind Activation)
{
    public static readonly HeadStep Normalize = new(null, ActivationKind.Identity);

    /// <summary>γ, β and ε of a LayerNorm; null for other steps.</summary>
    public (Table Gamma, Table Beta, float Epsilon)? Norm { get; init; }

    /// <summary>Whether the step scales to length one.</summary>
    public bool IsNormalize => Weight is null && Norm is null;
}

/// <summary>
/// Hidden states to vectors: pooling, then dense layers and normalisations in the model's order, then the first
/// dimensions. A normalisation at the end sees only the dimensions that are kept.
/// </summary>
internal sealed class EmbeddingHead : OutputHead
{
    private readonly PoolingPlan _pooling;
    private readonly HeadStep[] _steps;
    private readonly int _hidden;
    private readonly int _pooled;

    public EmbeddingHead(PoolingPlan pooling, int hidden, HeadStep[] steps, int? dimensions)
    {
        _pooling = pooling;
        _steps = steps;
        _hidden = hidden;
        _pooled = hidden * pooling.Count;
        FullDimensions = _pooled;
        LargestInputs = 1;
        foreach (HeadStep step in steps)
        {
            if (step.Weight is null)
                continue;
            LargestInputs = Math.Max(LargestInputs, step.Weight.Inputs);
            FullDimensions = step.Weight.Outputs;
        }
        if (dimensions > FullDimensions || dimensions < 1)
        {
            throw new UnsupportedRequestException(
                $"{dimensions} dimensions were asked for; this model's vectors have {FullDimensions}.");
        }
        Dimensions = dimensions ?? FullDimensions;
    }

    /// <summary>Dimensions before any are cut.</summary>
    public int FullDimensions { get; }

    /// <summary>Dimensions of the vectors.</summary>
    public override int Dimensions { get; }

    /// <summary>The longest input of a dense layer.</summary>
    public override int LargestInputs { get; }

    /// <summary>Whether the vectors have length one.</summary>
    public bool IsNormalized => _steps is [.., { IsNormalize: true }];

    /// <summary>
    /// The same head with vectors of another length, scaled to length one or not; it shares the matrices.
    /// </summary>
    /// <exception cref="UnsupportedRequestException">The vectors are not so long.</exception>
    public EmbeddingHead With(int dimensions, bool? normalize) => new(
        _pooling, _hidden,
        (normalize ?? IsNormalized) == IsNormalized ? _steps
            : IsNormalized ? _steps[..^1] : [.. _steps, HeadStep.Normalize],
        dimensions);

    /// <summary>Bytes of a workspace that <see cref="Run"/> takes.</summary>
    public override long WorkspaceBytes(Backend backend, PackedBatch batch)
    {
        int sequences = batch.Sequences;
        long bytes = Workspace.SizeOf(sequences, _pooled);
        foreach (HeadStep step in _steps)
            bytes += step.Weight is null ? 0 : Workspace.SizeOf(sequences, step.Weight.Outputs);
        return bytes;
    }

    /// <summary>hidden [T,H] → vectors [S, dimensions].</summary>
    public override Tensor Run(Backend backend, PackedBatch batch, Tensor hidden, Workspace workspace, Tensor scratch)
    {
        Tensor x = workspace.Take(batch.Sequences, _pooled);
        _pooling.Run(backend, batch, hidden, x);
        for (int i = 0; i < _steps.Length; i++)
        {
            if (_steps[i].Weight is { } weight)
            {
                Tensor y = workspace.Take(batch.Sequences, weight.Outputs);
                backend.Linear(x, weight, _steps[i].Activation, default, y, scratch);
                x = y;
            }
            else if (_steps[i].Norm is { } norm)
            {
                backend.LayerNorm(x, norm.Gamma, norm.Beta, norm.Epsilon, x);
            }
            else
            {
                if (i == _steps.Length - 1)
                    x = x.ColumnRange(0, Dimensions);
                backend.Normalize(x);
            }
        }
        return x.ColumnRange(0, Dimensions);
    }
}
