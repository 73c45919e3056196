using Sextant.Backends;
using Sextant.Measurement.Devices;

namespace Sextant.Measurement.Models;

/// <summary>What of which models is measured on what.</summary>
internal sealed record ModelChoice
{
    public required IReadOnlyList<LoadedShape> Models { get; init; }

    public required BenchDevice On { get; init; }

    public required IReadOnlyList<Precision> Precisions { get; init; }

    /// <summary>Threads of the processor, each measured by itself.</summary>
    public required IReadOnlyList<int> Threads { get; init; }

    /// <summary>Sequences × tokens; empty for the usual ones.</summary>
    public IReadOnlyList<(int Sequences, int Tokens)> Grid { get; init; } = [];

    /// <summary>SingleStream, MultiStream, Server, Offline, Grid, Ops, Tokenizer, ColdStart; empty for all.</summary>
    public IReadOnlyList<string> Scenarios { get; init; } = [];

    /// <summary>What the 99th percentile of the Server scenario must keep within.</summary>
    public double LatencyBoundSeconds { get; init; } = 0.1;

    /// <summary>Starts this program anew for a cold start; null where it is not known how.</summary>
    public (string File, IReadOnlyList<string> Arguments)? Self { get; init; }

    public bool Wants(string scenario) => Scenarios.Count == 0 || Scenarios.Contains(scenario);
}
