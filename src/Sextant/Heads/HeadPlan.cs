using Sextant.Kernels;
using Sextant.Layers;

namespace Sextant.Heads;

/// <summary>A checkpoint's head as data: the names of its tensors and what stands between them.</summary>
/// <remarks>
/// y = norm(activation(x · denseᵀ + b)) · outputᵀ + b; dense and norm may be absent. Names without ".weight".
/// </remarks>
internal sealed record HeadPlan
{
    /// <summary>What the head is, for messages: "sequence classification".</summary>
    public required string Kind { get; init; }

    /// <summary>Which row of a sequence it sees, or the mean; only for heads on whole sequences.</summary>
    public PoolKind Pool { get; init; } = PoolKind.Cls;

    /// <summary>The first matrix [H,H]; null for none.</summary>
    public string? Dense { get; init; }

    /// <summary>Whether the first matrix has a bias.</summary>
    public bool DenseBias { get; init; } = true;

    /// <summary>After the first matrix.</summary>
    public ActivationKind Activation { get; init; }

    /// <summary>The norm after the activation; null for none.</summary>
    public string? Norm { get; init; }

    /// <summary>How that norm is stored.</summary>
    public NormKind NormKind { get; init; }

    /// <summary>ε of that norm.</summary>
    public float Epsilon { get; init; }

    /// <summary>
    /// The last matrix [outputs,H]. Where it is absent and <see cref="Tied"/> is not, the word table is it.
    /// </summary>
    public required string Output { get; init; }

    /// <summary>The names the last bias may have, whole; empty for none.</summary>
    public string[] OutputBias { get; init; } = [];

    /// <summary>
    /// The end of the word table's name, which serves where the last matrix is absent; null: it must be there.
    /// </summary>
    public string? Tied { get; init; }
}
