using Sextant.Backends;

namespace Sextant.Measurement.Models;

/// <summary>A model as it is being measured.</summary>
internal sealed record ModelRun(
    LoadedShape Shape, Precision Precision, int Threads, EmbeddingModel[] Copies, Parity Parity)
{
    /// <summary>The copy that scenarios with one model use.</summary>
    public EmbeddingModel Model => Copies[0];
}
