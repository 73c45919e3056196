using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;

namespace Sextant.Layers;

/// <summary>
/// A transformer layer: attention, then a feed-forward part, each added to what it took, with norms where the family
/// has them. Families differ in the data.
/// </summary>
internal sealed class TransformerLayer
{
    private readonly AttentionShape _shape;
    private readonly NormPosition _place;
    private readonly Matrix _qkv;
    private readonly Matrix _output;
    private readonly FeedForwardWeights _feedForward;
    private readonly Norm? _beforeAttention;
    private readonly Norm? _afterAttention;
    private readonly Norm? _beforeFeedForward;
    private readonly Norm? _afterFeedForward;
    private readonly Norm? _queryNorm;
    private readonly Norm? _keyNorm;
    private readonly Table? _rotation;
    private readonly PositionBias? _bias;

    public TransformerLayer(WeightLoader loader, LayerSource source, LoadPositionBias? loadBias, int index)
    {
        Backend backend = loader.Backend;
        _shape = source.Attention;
        if (_shape.HeadSize > backend.LargestHead)
        {
            throw new UnsupportedRequestException(
                $"{backend.Name}: the model has heads of {_shape.HeadSize} elements; this device's attention takes at "
                + $"most {backend.LargestHead}. Use the CPU.");
        }
        _place = source.NormPosition;
        _rotation = source.Rotation;
        _qkv = source.Qkv.Load(backend);
        _output = source.Output.Load(backend);
        Matrix up = source.Up.Load(backend);
        _feedForward = new FeedForwardWeights(up, source.Activation, source.Gated, source.Down.Load(backend));
        Norm? Load(int length, string? name) =>
            name is null ? null : loader.Norm(length, name, source.NormKind, source.Epsilon);
        _beforeAttention = Load(source.Hidden, source.Norms.BeforeAttention);
        _afterAttention = Load(source.Hidden, source.Norms.AfterAttention);
        _beforeFeedForward = Load(source.Hidden, source.Norms.BeforeFeedForward);
        _afterFeedForward = Load(source.Hidden, source.Norms.AfterFeedForward);
        _queryNorm = Load(_shape.HeadSize, source.Norms.Query);
        _keyNorm = Load(_shape.HeadSize, source.Norms.Key);
        _bias = loadBias?.Invoke(loader, _qkv, index);
    }

    /// <summary>
    /// How long sequences may be whose last tokens no token sees: copies of their keys stand at other distances, which
    /// no window, mask or bias may tell.
    /// </summary>
    public int LongestUnseen => _bias is not null ? 0 : (int)Math.Min(
        int.MaxValue, Math.Min((long)_shape.Before, _shape.After) + 1);

    /// <summary>Columns of queries, keys and values, and of what attention makes of them.</summary>
    public (int Qkv, int Attended) Columns => (_shape.Columns, _shape.Heads * _shape.HeadSize);

    /// <summary>How its matrices are kept.</summary>
    public StoredType StoredType => _qkv.Type;

    /// <summary>
    /// x [T,H] in place; context [T, max(H, N·D)] and wide [T, max((N + 2K)·D, H, F or 2F)] are overwritten.
    /// </summary>
    public void Run(
        Backend backend, PackedBatch batch, Tensor x, Tensor context, Tensor wide, Tensor scratch,
        (Tensor Qkv, Tensor Attended) copies = default)
    {
        Tensor input = Normed(backend, _beforeAttention, x, context);
        // What is copied is kept in full.
        Tensor qkv = batch.Unseen is null ? Narrow(wide, _qkv.Outputs) : Wide(wide, _qkv.Outputs);
        backend.Linear(input, _qkv, ActivationKind.Identity, default, qkv, scratch);
        Position(backend, batch, qkv);
        int heads = _shape.Heads * _shape.HeadSize;
        Tensor attended = batch.Unseen is null ? Narrow(context, heads) : Wide(context, heads);
        if (batch.Unseen is { } unseen)
            AttendCopies(backend, unseen, qkv, attended, copies, scratch);
        else
            backend.Attend(batch, qkv, _shape, _bias, attended, scratch);
        bool around = _place == NormPosition.Around;
        Tensor residual = around ? default : x;
        Tensor sum = around ? Wide(wide, x.Columns) : x;
        backend.Linear(attended, _output, ActivationKind.Identity, residual, sum, scratch);
        Finish(backend, sum, _afterAttention, x);

        input = Normed(backend, _beforeFeedForward, x, context);
        Tensor feed = Narrow(wide, _feedForward.Up.Outputs);
        sum = around ? Wide(context, x.Columns) : x;
        backend.FeedForward(input, _feedForward, feed, residual, sum, scratch);
        Finish(backend, sum, _afterFeedForward, x);
    }

    private static Tensor Wide(Tensor memory, int columns) => new(memory.Address, memory.Rows, columns, columns);

    private void AttendCopies(
        Backend backend, UnseenTokens unseen, Tensor qkv, Tensor attended, (Tensor Qkv, Tensor Attended) copies,
        Tensor scratch)
    {
        foreach (UnseenTokens.Copy copy in unseen.Copies)
        {
            backend.Copy(qkv.RowRange(copy.Keys, copy.Count), copies.Qkv.RowRange(copy.Row, copy.Count));
            if (copy.Queries == copy.Keys)
                continue;
            backend.Copy(
                qkv.RowRange(copy.Queries, copy.QueryCount).ColumnRange(0, attended.Columns),
                copies.Qkv.RowRange(copy.Row, copy.QueryCount).ColumnRange(0, attended.Columns));
        }
        backend.Attend(unseen.Batch, copies.Qkv, _shape, _bias, copies.Attended, scratch);
        foreach (UnseenTokens.Copy copy in unseen.Copies)
        {
            backend.Copy(
                copies.Attended.RowRange(copy.Row, copy.QueryCount).ColumnRange(0, attended.Columns),
                attended.RowRange(copy.Queries, copy.QueryCount));
        }
    }

    // What only products and attention read.
    private static Tensor Narrow(Tensor memory, int columns) =>
        new(memory.Address, memory.Rows, columns, columns, isNarrow: true);

    private static Tensor Normed(Backend backend, Norm? norm, Tensor x, Tensor memory)
    {
        if (norm is null)
            return x;
        Tensor y = Narrow(memory, x.Columns);
        norm.Run(backend, x, y);
        return y;
    }

    // Norms of single heads, and rotary positions; the heads of queries and keys follow each other.
    private void Position(Backend backend, PackedBatch batch, Tensor qkv)
    {
        int queries = _shape.Heads * _shape.HeadSize;
        int keys = _shape.KeyHeads * _shape.HeadSize;
        if (_queryNorm is not null)
            _queryNorm.Run(backend, qkv.ColumnRange(0, queries), qkv.ColumnRange(0, queries));
        if (_keyNorm is not null)
            _keyNorm.Run(backend, qkv.ColumnRange(queries, keys), qkv.ColumnRange(queries, keys));
        if (_rotation is not null)
            backend.Rope(batch, qkv.ColumnRange(0, queries + keys), _shape.HeadSize, _rotation);
    }

    // From f, or x + f in x, to x: x + f, Norm(x + f), or x + Norm(f).
    private void Finish(Backend backend, Tensor sum, Norm? norm, Tensor x)
    {
        if (_place == NormPosition.Around)
            norm!.Add(backend, sum, x);
        else
            norm?.Run(backend, x, x);
    }
}
