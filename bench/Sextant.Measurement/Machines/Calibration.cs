namespace Sextant.Measurement.Machines;

/// <summary>What of the machine itself is measured in every round, by loops that no build changes.</summary>
internal enum Ceiling
{
    /// <summary>Wide multiply-adds: the clock.</summary>
    Arithmetic,

    /// <summary>Simple integer operations: what the other thread of the core leaves.</summary>
    Issuing,

    /// <summary>Reading half of the second cache.</summary>
    SecondCache,

    /// <summary>Reading some of the last cache, which neighbours on the host share.</summary>
    LastCache,

    /// <summary>Reading from memory.</summary>
    Reading,

    /// <summary>Share of the time in which this process's threads, when they wanted a processor, had one.</summary>
    Running,
}

/// <summary>One value a round of each <see cref="Ceiling"/>; more is better in all of them.</summary>
internal sealed class Calibration
{
    private readonly List<double>[] _values = [.. All.Select(_ => new List<double>())];

    /// <summary>Every ceiling, its key in a record and what a person calls it.</summary>
    public static IReadOnlyList<(Ceiling Ceiling, string Key, string Name)> All { get; } =
    [
        (Ceiling.Arithmetic, "arithmetic_gflops", "arithmetic"),
        (Ceiling.Issuing, "issuing_gops", "integer operations"),
        (Ceiling.SecondCache, "second_cache_gbs", "reading from the second cache"),
        (Ceiling.LastCache, "last_cache_gbs", "reading from the last cache"),
        (Ceiling.Reading, "reading_gbs", "reading from memory"),
        (Ceiling.Running, "running_share", "the share of time with a processor"),
    ];

    /// <summary>The values of a ceiling, round by round; empty where it was not measured.</summary>
    public List<double> this[Ceiling ceiling] => _values[(int)ceiling];

    /// <summary>Rounds that were measured.</summary>
    public int Rounds => _values.Max(values => values.Count);
}
