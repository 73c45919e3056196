using Sextant.Backends;

namespace Sextant.Measurement.Models;

/// <summary>
/// Counts a pass's operations and the bytes of weights it reads, where they are done: right for every family.
/// </summary>
internal sealed class WorkCounter : IDisposable
{
    private readonly TimedDevice _device;
    private readonly EmbeddingModel _model;

    public WorkCounter(ModelRun run, Device device)
    {
        _device = new TimedDevice(device);
        _model = run.Shape.Load(_device, run.Precision, run.Threads);
    }

    public (double Flops, double WeightBytes) Count(TokenSequence[] batch)
    {
        _device.Reset();
        _model.EmbedTokens(batch, new float[batch.Length * _model.Dimensions]);
        return (_device.Ops.Values.Sum(op => op.Flops), _device.Ops.Values.Sum(op => op.WeightBytes));
    }

    public void Dispose() => _model.Dispose();
}
