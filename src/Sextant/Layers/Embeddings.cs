using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Layers;

/// <summary>
/// Token ids to the first hidden state: Norm((word·scale + type) + position)·P, with the parts a family has.
/// </summary>
internal sealed class Embeddings(
    Table words, float scale, Table? types, Table? positions, Norm? norm, Matrix? projection)
{
    /// <summary>How the word table is kept.</summary>
    public StoredType StoredType => words.Type;

    /// <summary>Whether <see cref="Run"/> needs memory and scratch.</summary>
    public bool Projects => projection is not null;

    /// <summary>
    /// batch → y [T,H]; memory of [T, width of the word table] is overwritten where there is a projection.
    /// </summary>
    public void Run(Backend backend, PackedBatch batch, Tensor y, Tensor memory, Tensor scratch)
    {
        Tensor sum = projection is null ? y : new Tensor(memory.Address, y.Rows, words.Columns, words.Columns);
        backend.Gather(batch, words, scale, types, positions, sum);
        norm?.Run(backend, sum, sum);
        if (projection is not null)
            backend.Linear(sum, projection, ActivationKind.Identity, default, y, scratch);
    }
}
