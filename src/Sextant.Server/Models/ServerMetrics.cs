using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sextant.Server.Models;

/// <summary>What the server counts, under the meter <see cref="Name"/>.</summary>
internal sealed class ServerMetrics : IDisposable
{
    public const string Name = "Sextant.Server";

    /// <summary>Of traces: a span from a request's inputs to their results.</summary>
    public static readonly ActivitySource Source = new(Name);

    private static readonly double[] s_seconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Meter _meter;
    private readonly Counter<long> _tokens, _inputs, _truncated, _unknown, _refused;
    private readonly Histogram<double> _queue, _compute;
    private readonly Histogram<long> _batchInputs, _batchTokens;

    public ServerMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(Name);
        _tokens = _meter.CreateCounter<long>("sextant.tokens", "{token}", "Tokens that were computed.");
        _inputs = _meter.CreateCounter<long>("sextant.inputs", "{input}", "Inputs that were computed.");
        _truncated = _meter.CreateCounter<long>("sextant.truncated", "{token}", "Tokens that were cut off.");
        _unknown = _meter.CreateCounter<long>("sextant.unknown", "{token}", "Unknown tokens.");
        _refused = _meter.CreateCounter<long>("sextant.refused", "{request}", "Requests refused: too much waited.");
        _queue = Seconds("sextant.queue.duration", "From a request's arrival to its first batch.");
        _compute = Seconds("sextant.batch.duration", "The computation of a batch.");
        _batchInputs = Sizes("sextant.batch.inputs", "{input}", "Inputs of a batch.", 1, 2, 4, 8, 16, 32, 64, 128, 256);
        _batchTokens = Sizes(
            "sextant.batch.tokens", "{token}", "Tokens of a batch.", 16, 64, 256, 1024, 4096, 8192, 16384, 65536);
    }

    public void Waited(string model, TimeSpan time) => _queue.Record(time.TotalSeconds, Of(model));

    public void Computed(string model, int inputs, long tokens, TimeSpan time)
    {
        KeyValuePair<string, object?> tag = Of(model);
        _inputs.Add(inputs, tag);
        _tokens.Add(tokens, tag);
        _batchInputs.Record(inputs, tag);
        _batchTokens.Record(tokens, tag);
        _compute.Record(time.TotalSeconds, tag);
    }

    public void Read(string model, long truncated, long unknown)
    {
        if (truncated > 0)
            _truncated.Add(truncated, Of(model));
        if (unknown > 0)
            _unknown.Add(unknown, Of(model));
    }

    public void Refused(string model) => _refused.Add(1, Of(model));

    /// <summary>Watches how many tokens wait for a model.</summary>
    public void Watch(string model, Func<long> tokens) => _meter.CreateObservableGauge(
        "sextant.queue.tokens", () => new Measurement<long>(tokens(), Of(model)), "{token}",
        "Tokens that wait.");

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Of(string model) => new("model", model);

    private Histogram<double> Seconds(string name, string description) => _meter.CreateHistogram(
        name, "s", description, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = s_seconds });

    private Histogram<long> Sizes(string name, string unit, string description, params long[] bounds) =>
        _meter.CreateHistogram(
            name, unit, description, null, new InstrumentAdvice<long> { HistogramBucketBoundaries = bounds });
}
