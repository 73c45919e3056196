using System.Text.Json.Serialization;
using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Records;

/// <summary>
/// All rows of one run, and where and how they were measured. Its properties are the keys of its file, in their order:
/// bench/RECORD.md.
/// </summary>
internal sealed record BenchRecord
{
    /// <summary>What says that a file is a record.</summary>
    public const string SchemaName = "sextant-bench";

    /// <summary>What this program writes and reads.</summary>
    public const int SchemaVersion = 1;

    public string Schema => SchemaName;

    public int Version => SchemaVersion;

    /// <summary>Who measured: sextant, or another engine that wrote the same record.</summary>
    [JsonRequired]
    public string Engine { get; init; } = "sextant";

    /// <summary>The command line.</summary>
    public required string Command { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public required DateTime Date { get; init; }

    public required BuildFacts Build { get; init; }

    public required MachineFacts Machine { get; init; }

    public required NoiseReport Noise { get; init; }

    public required IReadOnlyList<BenchRow> Rows { get; init; }

    /// <summary>What computed, and with which driver: the processor, or a GPU.</summary>
    [JsonIgnore]
    public string Device => Machine.Device;

    /// <summary>The machine itself, round by round, the same loops on every build.</summary>
    [JsonIgnore]
    public Calibration Calibration => Noise.Calibration;
}
