using Sextant.Backends;
using Sextant.Batches;
using Sextant.Tensors;

namespace Sextant.Layers;

/// <summary>Token ids to the first hidden state: Norm((word + type) + position), or the sum alone without a norm.</summary>
internal sealed class Embeddings(Table words, Table? types, Table? positions, Norm? norm)
{
    /// <summary>batch → y [T,H].</summary>
    public void Run(Backend backend, PackedBatch batch, Tensor y)
    {
        backend.Gather(batch, words, 1f, types, positions, y);
        norm?.Run(backend, y, y);
    }
}
