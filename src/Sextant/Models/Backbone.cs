using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Layers;
using Sextant.Tensors;

namespace Sextant.Models;

/// <summary>What is known of a backbone once its weights are loaded.</summary>
internal sealed record BackboneFacts
{
    /// <summary>How the matrices are kept.</summary>
    public required StoredType StoredType { get; init; }

    /// <summary>Elements of the weights that were loaded.</summary>
    public required long Parameters { get; init; }

    /// <summary>Columns of the word table.</summary>
    public required int EmbeddingWidth { get; init; }

    /// <summary>The maximum number of rows of a layer's position tables; 0 without.</summary>
    public required int PositionRows { get; init; }

    /// <summary>What the checkpoint has beside the backbone, a line each.</summary>
    public required IReadOnlyList<string> Unused { get; init; }
}

/// <summary>
/// A transformer: embeddings, layers, perhaps a last norm. Families differ in the data, not in this code.
/// </summary>
/// <remarks>Immutable; any number of threads may run it, each with its own workspace.</remarks>
internal sealed class Backbone(
    BackboneShape shape, Embeddings embeddings, TransformerLayer[] layers, Norm? lastNorm, BackboneFacts facts)
{
    // Columns of what is copied for tokens that no token sees.
    private readonly (int Qkv, int Attended) _copied = layers.Length == 0
        ? default
        : (layers.Max(layer => layer.Columns.Qkv), layers.Max(layer => layer.Columns.Attended));

    public BackboneShape Shape => shape;

    public BackboneFacts Facts => facts;

    private int Attended => shape.Heads * shape.HeadSize;

    private int Context => Math.Max(shape.Hidden, Attended);

    private int Wide => Math.Max(
        Math.Max(shape.Hidden, facts.EmbeddingWidth),
        Math.Max(
            Attended + 2 * shape.KeyHeads * shape.HeadSize, shape.Gated ? 2 * shape.Intermediate : shape.Intermediate));

    /// <summary>How long sequences may be whose last tokens no token sees; 0 where there can be none.</summary>
    public int LongestUnseen => layers.Length == 0 ? 0 : layers.Min(layer => layer.LongestUnseen);

    /// <summary>Bytes of a workspace that <see cref="Run"/> takes.</summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="tokens">T.</param>
    /// <param name="longest">Tokens of the longest sequence.</param>
    /// <param name="selection">The states that are wanted.</param>
    /// <param name="unseen">The batch's sequences where some have last tokens that no token sees.</param>
    public long WorkspaceBytes(
        Backend backend, int tokens, int longest, LayerSelection selection, UnseenTokens? unseen = null)
    {
        long bytes = (selection.Count > 1 ? 2 : 1) * Workspace.SizeOf(tokens, shape.Hidden);
        if (IsLookup(selection))
            return bytes;
        if (unseen is not null)
        {
            bytes += Workspace.SizeOf(unseen.Batch.Tokens, _copied.Qkv)
                + Workspace.SizeOf(unseen.Batch.Tokens, _copied.Attended);
        }
        return bytes + Workspace.SizeOf(tokens, Context) + Workspace.SizeOf(tokens, Wide)
            + backend.ScratchBytes(Needs(longest));
    }

    /// <summary>
    /// batch → hidden [T,H], in the workspace. The state after the last layer has the last norm; those before it are
    /// as the layers give them.
    /// </summary>
    public Tensor Run(
        Backend backend, PackedBatch batch, int longest, Workspace workspace, LayerSelection selection,
        CancellationToken cancellation = default)
    {
        Tensor x = workspace.Take(batch.Tokens, shape.Hidden);
        if (IsLookup(selection))
        {
            embeddings.Run(backend, batch, x, default, default);
            return x;
        }
        Tensor context = workspace.Take(batch.Tokens, Context);
        Tensor sum = selection.Count > 1 ? workspace.Take(batch.Tokens, shape.Hidden) : default;
        Tensor wide = workspace.Take(batch.Tokens, Wide);
        (Tensor Qkv, Tensor Attended) copies = batch.Unseen is not { } unseen ? default
            : (workspace.Take(unseen.Batch.Tokens, _copied.Qkv), workspace.Take(unseen.Batch.Tokens, _copied.Attended));
        Tensor scratch = backend.TakeScratch(workspace, Needs(longest));
        embeddings.Run(backend, batch, x, wide, scratch);
        int summed = 0;
        for (int layer = 0; ; layer++)
        {
            if (layer == shape.Layers)
                lastNorm?.Run(backend, x, x);
            if (!sum.IsNone && selection.Contains(layer))
            {
                Tensor state = x;
                if (selection.Scales is { } scales)
                {
                    state = new Tensor(context.Address, x.Rows, x.Columns, x.Columns);
                    backend.Linear(x, scales[summed], ActivationKind.Identity, default, state, scratch);
                }
                summed++;
                if (summed == 1)
                    backend.Copy(state, sum);
                else
                    backend.Accumulate(state, summed == selection.Count ? selection.Divisor : 1, sum);
            }
            if (layer == selection.Last)
                return sum.IsNone ? x : sum;
            cancellation.ThrowIfCancellationRequested();
            layers[layer].Run(backend, batch, x, context, wide, scratch, copies);
        }
    }

    // No layer is wanted, so that nothing but the sum of table rows is needed, however long the text.
    private bool IsLookup(LayerSelection selection) =>
        selection.Last == 0 && !embeddings.Projects && (lastNorm is null || shape.Layers > 0);

    private ScratchNeeds Needs(int longest) => new(
        longest, shape.HeadSize, facts.PositionRows,
        Math.Max(Math.Max(Context, shape.Intermediate), facts.EmbeddingWidth));
}
