using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Pooling;
using Sextant.Tensors;

namespace Sextant.Heads;

/// <summary>Scores of whole sequences: a head on one pooled row each.</summary>
internal sealed class SequenceHead(PoolKind pool, TokenHead head) : OutputHead
{
    public override int Dimensions => head.Outputs;

    public override int LargestInputs => head.Inputs;

    public override long WorkspaceBytes(Backend backend, PackedBatch batch) =>
        (2 * Workspace.SizeOf(batch.Sequences, head.Inputs)) + Workspace.SizeOf(batch.Sequences, head.Outputs);

    public override Tensor Run(Backend backend, PackedBatch batch, Tensor hidden, Workspace workspace, Tensor scratch)
    {
        Tensor pooled = workspace.Take(batch.Sequences, head.Inputs);
        Tensor memory = workspace.Take(batch.Sequences, head.Inputs);
        Tensor scores = workspace.Take(batch.Sequences, head.Outputs);
        backend.Pool(batch, hidden, pool, skipPrompt: false, pooled);
        head.Run(backend, pooled, scores, memory, scratch);
        return scores;
    }
}
