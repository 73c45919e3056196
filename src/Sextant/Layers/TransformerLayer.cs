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
    private readonly ActivationKind _activation;
    private readonly bool _gated;
    private readonly Matrix _qkv;
    private readonly Matrix _output;
    private readonly Matrix _up;
    private readonly Matrix _down;
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
        _activation = source.Activation;
        _gated = source.Gated;
        _rotation = source.Rotation;
        _qkv = source.Qkv.Load(backend);
        _output = source.Output.Load(backend);
        _up = source.Up.Load(backend);
        _down = source.Down.Load(backend);
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

    /// <summary>How its matrices are kept.</summary>
    public StoredType StoredType => _qkv.Type;

    /// <summary>
    /// x [T,H] in place; context [T, max(H, N·D)] and wide [T, max((N + 2K)·D, H, F or 2F)] are overwritten.
    /// </summary>
    public void Run(Backend backend, PackedBatch batch, Tensor x, Tensor context, Tensor wide, Tensor scratch)
    {
        Tensor input = Normed(backend, _beforeAttention, x, context);
        Tensor qkv = Narrow(wide, _qkv.Outputs);
        backend.Linear(input, _qkv, ActivationKind.Identity, default, qkv, scratch);
        Position(backend, batch, qkv);
        Tensor attended = Narrow(context, _shape.Heads * _shape.HeadSize);
        backend.Attend(batch, qkv, _shape, _bias, attended, scratch);
        Add(backend, attended, _output, _afterAttention, x, Columns(wide, x.Columns), scratch);

        input = Normed(backend, _beforeFeedForward, x, context);
        Tensor feed = Narrow(wide, _up.Outputs);
        backend.Linear(input, _up, _gated ? ActivationKind.Identity : _activation, default, feed, scratch);
        if (_gated)
        {
            backend.Gate(feed, _activation);
            feed = feed.ColumnRange(0, _down.Inputs);
        }
        Add(backend, feed, _down, _afterFeedForward, x, Columns(context, x.Columns), scratch);
    }

    private static Tensor Columns(Tensor memory, int columns) => new(memory.Address, memory.Rows, columns, columns);

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

    // x = x + f, x = Norm(x + f), or x = x + Norm(f) by way of the memory.
    private void Add(Backend backend, Tensor part, Matrix weight, Norm? norm, Tensor x, Tensor memory, Tensor scratch)
    {
        if (_place == NormPosition.Around)
        {
            backend.Linear(part, weight, ActivationKind.Identity, default, memory, scratch);
            norm!.Add(backend, memory, x);
            return;
        }
        backend.Linear(part, weight, ActivationKind.Identity, x, x, scratch);
        norm?.Run(backend, x, x);
    }
}
