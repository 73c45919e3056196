using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Records;

/// <summary>All rows of one run, and where and how they were measured. Schema: bench/RECORD.md.</summary>
internal sealed record BenchRecord
{
    /// <summary>What this program writes and reads.</summary>
    public const int SchemaVersion = 1;

    /// <summary>The command line.</summary>
    public required string Command { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public required DateTime Date { get; init; }

    /// <summary>Who measured: sextant, or another engine that wrote the same record.</summary>
    public string Engine { get; init; } = "sextant";

    public required MachineFacts Machine { get; init; }

    /// <summary>What computed, and with which driver: the processor, or a GPU.</summary>
    public required string Device { get; init; }

    public required NoiseReport Noise { get; init; }

    /// <summary>The machine itself, round by round, the same loops on every build.</summary>
    public Calibration Calibration { get; init; } = new();

    public required IReadOnlyList<BenchRow> Rows { get; init; }
}
