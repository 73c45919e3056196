using Sextant.Backends;
using Sextant.Batches;
using Sextant.Kernels;
using Sextant.Tensors;
using Sextant.Weights;

namespace Sextant.Layers;

/// <summary>Where a layer's matrices are stored; they are packed in the order in which they are used.</summary>
internal sealed record EncoderLayerSource(
    StackedRows Qkv, StackedRows QkvBias, StackedRows Output, StackedRows OutputBias, string AttentionNorm,
    StackedRows Up, StackedRows UpBias, StackedRows Down, StackedRows DownBias, string FeedForwardNorm)
{
    /// <summary>Bytes that the packed matrices take.</summary>
    public long SizeIn(Backend backend) => backend.SizeOfMatrix(Qkv) + backend.SizeOfMatrix(Output)
        + backend.SizeOfMatrix(Up) + backend.SizeOfMatrix(Down);
}

/// <summary>
/// A transformer layer with the norms behind the sums (post-norm):
/// x = Norm(x + Attention(x)·Wo); x = Norm(x + act(x·Wu)·Wd).
/// </summary>
internal sealed class EncoderLayer
{
    private readonly Matrix _qkv;
    private readonly Matrix _output;
    private readonly Matrix _up;
    private readonly Matrix _down;
    private readonly Norm _attentionNorm;
    private readonly Norm _feedForwardNorm;

    public EncoderLayer(WeightLoader loader, EncoderLayerSource source, int hidden, float epsilon)
    {
        _qkv = loader.Backend.LoadMatrix(source.Qkv, source.QkvBias);
        _output = loader.Backend.LoadMatrix(source.Output, source.OutputBias);
        _up = loader.Backend.LoadMatrix(source.Up, source.UpBias);
        _down = loader.Backend.LoadMatrix(source.Down, source.DownBias);
        _attentionNorm = loader.Norm(hidden, source.AttentionNorm, epsilon);
        _feedForwardNorm = loader.Norm(hidden, source.FeedForwardNorm, epsilon);
    }

    /// <summary>How its matrices are kept.</summary>
    public StoredType StoredType => _qkv.Type;

    /// <summary>x [T,H] in place; context [T,H] and wide [T, max(3H,F)] are overwritten.</summary>
    public void Run(
        Backend backend, PackedBatch batch, in AttentionShape shape, ActivationKind activation,
        Tensor x, Tensor context, Tensor wide, Tensor scratch)
    {
        var qkv = new Tensor(wide.Address, x.Rows, _qkv.Outputs, _qkv.Outputs);
        var feed = new Tensor(wide.Address, x.Rows, _up.Outputs, _up.Outputs);
        backend.Linear(x, _qkv, ActivationKind.Identity, default, qkv, scratch);
        backend.Attend(batch, qkv, shape, null, context, scratch);
        backend.Linear(context, _output, ActivationKind.Identity, x, x, scratch);
        _attentionNorm.Run(backend, x, x);
        backend.Linear(x, _up, activation, default, feed, scratch);
        backend.Linear(feed, _down, ActivationKind.Identity, x, x, scratch);
        _feedForwardNorm.Run(backend, x, x);
    }
}
