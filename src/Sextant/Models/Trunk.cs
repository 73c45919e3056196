using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Layers;
using Sextant.Tensors;

namespace Sextant.Models;

/// <summary>A bidirectional encoder: embeddings, then layers. Families differ in the data, not in this code.</summary>
/// <remarks>Immutable; any number of threads may run it, each with its own workspace.</remarks>
internal sealed class Trunk(
    TrunkShape shape, Embeddings embeddings, EncoderLayer[] layers, StoredType storedType, long parameters)
{
    private readonly AttentionShape _attention = new()
    {
        Heads = shape.Heads,
        KeyHeads = shape.Heads,
        HeadSize = shape.HeadSize,
        Scale = 1f / MathF.Sqrt(shape.HeadSize),
    };

    public TrunkShape Shape => shape;

    /// <summary>How the matrices are kept.</summary>
    public StoredType StoredType => storedType;

    /// <summary>Elements of the weights that were loaded.</summary>
    public long Parameters => parameters;

    private int Wide => Math.Max(3 * shape.Hidden, shape.Intermediate);

    /// <summary>Bytes of a workspace that <see cref="Run"/> takes.</summary>
    public long WorkspaceBytes(Backend backend, int tokens, int longest, LayerSelection selection) => selection.Last == 0
        ? Workspace.SizeOf(tokens, shape.Hidden)
        : (selection.Count > 1 ? 3 : 2) * Workspace.SizeOf(tokens, shape.Hidden)
            + Workspace.SizeOf(tokens, Wide)
            + backend.ScratchBytes(Needs(longest));

    /// <summary>batch → hidden [T,H], in the workspace.</summary>
    public Tensor Run(
        Backend backend, PackedBatch batch, int longest, Workspace workspace, LayerSelection selection,
        CancellationToken cancellation = default)
    {
        Tensor x = workspace.Take(batch.Tokens, shape.Hidden);
        if (selection.Last == 0)
        {
            embeddings.Run(backend, batch, x);
            return x;
        }
        Tensor context = workspace.Take(batch.Tokens, shape.Hidden);
        Tensor sum = selection.Count > 1 ? workspace.Take(batch.Tokens, shape.Hidden) : default;
        Tensor wide = workspace.Take(batch.Tokens, Wide);
        Tensor scratch = backend.TakeScratch(workspace, Needs(longest));
        embeddings.Run(backend, batch, x);
        int summed = 0;
        for (int layer = 0; ; layer++)
        {
            if (!sum.IsNone && selection.Contains(layer))
            {
                summed++;
                if (summed == 1)
                    backend.Copy(x, sum);
                else
                    backend.Accumulate(x, summed == selection.Count ? summed : 1, sum);
            }
            if (layer == selection.Last)
                return sum.IsNone ? x : sum;
            cancellation.ThrowIfCancellationRequested();
            layers[layer].Run(backend, batch, _attention, shape.Activation, x, context, wide, scratch);
        }
    }

    private ScratchNeeds Needs(int longest) =>
        new(longest, shape.HeadSize, 0, Math.Max(shape.Hidden, shape.Intermediate));
}
