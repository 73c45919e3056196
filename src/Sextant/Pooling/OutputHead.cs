using Sextant.Backends;
using Sextant.Batches;
using Sextant.Tensors;

namespace Sextant.Pooling;

/// <summary>
/// What stands after a backbone: hidden states of a batch to one row for each sequence, or for each token.
/// </summary>
/// <remarks>Immutable; any number of threads may run one, each with its own workspace.</remarks>
internal abstract class OutputHead
{
    /// <summary>Whether there is a row for each token.</summary>
    public virtual bool IsPerToken => false;

    /// <summary>Elements of a row.</summary>
    public abstract int Dimensions { get; }

    /// <summary>The longest input of a matrix.</summary>
    public abstract int LargestInputs { get; }

    /// <summary>
    /// Maximum number of sequences of a batch, so that their rows do not take more memory than is worth it.
    /// </summary>
    public virtual int MaxSequences => int.MaxValue;

    /// <summary>Bytes of a workspace that <see cref="Run"/> takes.</summary>
    public abstract long WorkspaceBytes(Backend backend, PackedBatch batch);

    /// <summary>hidden [T,H] → rows [S, dimensions], or [T, dimensions].</summary>
    public abstract Tensor Run(Backend backend, PackedBatch batch, Tensor hidden, Workspace workspace, Tensor scratch);
}
