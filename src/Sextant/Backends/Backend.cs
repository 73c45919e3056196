using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Backends;

/// <summary>
/// What a device can do, and where a model's weights are: a closed list of ops, each defined to the bit by
/// kernels/NUMERICS.md. A model is written once over these; nothing falls back to another device.
/// </summary>
/// <remarks>
/// Loading is single-threaded. The ops are safe for any number of threads, each with its own workspace.
/// Letters: T tokens, S sequences, H hidden, N heads, K inputs, F outputs, V vocabulary.
/// </remarks>
internal abstract class Backend : IDisposable
{
    /// <summary>The device, for people.</summary>
    public abstract string Name { get; }

    /// <summary>Tokens of a batch that serve it best; a longer sequence goes alone. Never changes a bit.</summary>
    public abstract int TokensPerBatch { get; }

    /// <summary>
    /// The most elements of a head that <see cref="Attend"/> takes; a model with larger ones is refused when it loads.
    /// </summary>
    public abstract int LargestHead { get; }

    /// <summary>Bytes of weights it holds.</summary>
    public abstract long WeightBytes { get; }

    /// <summary>Makes room for weights, so that those loaded next lie one after another.</summary>
    public abstract void Reserve(long bytes);

    /// <summary>Bytes that <see cref="LoadMatrix"/> will need.</summary>
    public abstract long SizeOfMatrix(IRowSource rows);

    /// <summary>Packs w [F,K] and its bias [F], if it has one.</summary>
    public abstract Matrix LoadMatrix(IRowSource rows, IRowSource? bias);

    /// <summary>
    /// Loads a table [rows, columns] as f32, or as stored where it is stored in 16 bits and that is allowed; int8 keeps
    /// bytes where 16 bits are allowed.
    /// </summary>
    public abstract Table LoadTable(IRowSource rows, bool keep16);

    /// <summary>
    /// Called once when a backbone's weights are loaded: <paramref name="pass"/> runs it on fixed ids, for a backend
    /// that quantises weights by what they are multiplied with. Others have no use for it.
    /// </summary>
    public virtual void Settle(Action pass)
    {
    }

    /// <summary>Creates the memory of one call.</summary>
    public abstract Workspace CreateWorkspace();

    /// <summary>Bytes of a workspace that <see cref="TakeScratch"/> takes.</summary>
    public abstract long ScratchBytes(ScratchNeeds needs);

    /// <summary>What <see cref="Linear"/> and <see cref="Attend"/> work in besides their tensors.</summary>
    public abstract Tensor TakeScratch(Workspace workspace, ScratchNeeds needs);

    /// <summary>y [T,H] = (words[id]·scale + types[type id]) + positions[position].</summary>
    public abstract void Gather(PackedBatch batch, Table words, float scale, Table? types, Table? positions, Tensor y);

    /// <summary>y [T,H] = LayerNorm(x [T,H]); y may be x.</summary>
    public abstract void LayerNorm(Tensor x, Table gamma, Table beta, float epsilon, Tensor y);

    /// <summary>
    /// y [T,C] = RMSNorm(x [T,C]) (+ residual [T,C]), each group of as many columns as γ has; y may be x or the
    /// residual.
    /// </summary>
    public abstract void RmsNorm(Tensor x, Table gamma, float epsilon, Tensor residual, Tensor y);

    /// <summary>
    /// Turns the heads of x [T, heads·D] in place by their tokens' positions: table [positions, R] holds R/2 cosines,
    /// then R/2 sines; the first R elements of each head turn, element i with element i + R/2.
    /// </summary>
    public abstract void Rope(PackedBatch batch, Tensor x, int headSize, Table table);

    /// <summary>The first half of the columns of x [T,2F] becomes activation(first half) · second half.</summary>
    public abstract void Gate(Tensor x, ActivationKind activation);

    /// <summary>y [T,F] = activation(x [T,K] · w [F,K]ᵀ + b) + residual [T,F]; y may be the residual.</summary>
    public abstract void Linear(
        Tensor x, Matrix weight, ActivationKind activation, Tensor residual, Tensor y, Tensor scratch);

    /// <summary>
    /// y [T,H] = down(activation(up(x [T,K]))) + residual [T,H]; where it is gated, activation(a) · b of up's halves
    /// a and b. y may be the residual, or lie where x does. What becomes of feed [T,F] is not defined.
    /// </summary>
    /// <remarks>The bits are those of <see cref="Linear"/> and <see cref="Gate"/>, which is how it is done here.</remarks>
    public virtual void FeedForward(
        Tensor x, in FeedForwardWeights weights, Tensor feed, Tensor residual, Tensor y, Tensor scratch)
    {
        ActivationKind activation = weights.Gated ? ActivationKind.Identity : weights.Activation;
        Linear(x, weights.Up, activation, default, feed, scratch);
        if (weights.Gated)
            Gate(feed, weights.Activation);
        Linear(feed.ColumnRange(0, weights.Down.Inputs), weights.Down, ActivationKind.Identity, residual, y, scratch);
    }

    /// <summary>y [T, N·D] = attention over each sequence of qkv [T, (N + 2K)·D].</summary>
    public abstract void Attend(
        PackedBatch batch, Tensor qkv, in AttentionShape shape, PositionBias? bias, Tensor y, Tensor scratch);

    /// <summary>y [S,H] = pool of each sequence of x [T,H].</summary>
    public abstract void Pool(PackedBatch batch, Tensor x, PoolKind kind, bool skipPrompt, Tensor y);

    /// <summary>y [T,H] = (y + x [T,H]) / divisor.</summary>
    public abstract void Accumulate(Tensor x, float divisor, Tensor y);

    /// <summary>y [T,H] = x [T,H].</summary>
    public abstract void Copy(Tensor x, Tensor y);

    /// <summary>Scales each row of x to length one.</summary>
    public abstract void Normalize(Tensor x);

    /// <summary>Copies x [S,H] to the caller.</summary>
    public abstract void Download(Tensor x, Span<float> destination);

    public abstract void Dispose();
}

/// <summary>What the scratch of a call must suffice for.</summary>
/// <param name="LongestSequence">The longest sequence.</param>
/// <param name="HeadSize">The largest head.</param>
/// <param name="Positions">The maximum number of rows of position tables; 0 without.</param>
/// <param name="LargestInputs">The longest input of a matrix.</param>
internal readonly record struct ScratchNeeds(int LongestSequence, int HeadSize, int Positions, int LargestInputs);

/// <summary>What a feed-forward part is computed with.</summary>
/// <param name="Up">The first product, [F,K], or [2F,K] where it is gated.</param>
/// <param name="Activation">What stands between.</param>
/// <param name="Gated">Whether the activation of the first half is multiplied by the second half.</param>
/// <param name="Down">The second product, [H,F].</param>
internal readonly record struct FeedForwardWeights(Matrix Up, ActivationKind Activation, bool Gated, Matrix Down);

/// <summary>A table of vectors in a backend's memory; a single vector is a table of one row.</summary>
internal sealed class Table(nint address, int rows, int columns, StoredType type, nint scales = 0)
{
    public nint Address { get; } = address;

    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    public StoredType Type { get; } = type;

    /// <summary>Where each row's scale is, if the rows are bytes.</summary>
    public nint Scales { get; } = scales;
}
