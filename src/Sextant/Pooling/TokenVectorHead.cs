using Sextant.Backends;
using Sextant.Batches;
using Sextant.Tensors;

namespace Sextant.Pooling;

/// <summary>A vector for each token: dense layers and normalisations on every hidden state.</summary>
internal sealed class TokenVectorHead(HeadSteps steps) : OutputHead
{
    public override bool IsPerToken => true;

    public override int Dimensions => steps.Outputs;

    public override int LargestInputs => steps.LargestInputs;

    /// <summary>Whether the vectors have length one.</summary>
    public bool IsNormalized => steps.IsNormalized;

    public override long WorkspaceBytes(Backend backend, PackedBatch batch) => steps.WorkspaceBytes(batch.Tokens);

    public override Tensor Run(Backend backend, PackedBatch batch, Tensor hidden, Workspace workspace, Tensor scratch)
        => steps.Run(backend, hidden, Dimensions, workspace, scratch);
}
