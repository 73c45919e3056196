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

    /// <summary>Every ceiling and what a person calls it.</summary>
    public static IReadOnlyList<(Ceiling Ceiling, string Name)> All { get; } =
    [
        (Ceiling.Arithmetic, "arithmetic"),
        (Ceiling.Issuing, "integer operations"),
        (Ceiling.SecondCache, "reading from the second cache"),
        (Ceiling.LastCache, "reading from the last cache"),
        (Ceiling.Reading, "reading from memory"),
        (Ceiling.Running, "the share of time with a processor"),
    ];

    /// <summary>The values of a ceiling, round by round; empty where it was not measured.</summary>
    public List<double> this[Ceiling ceiling] => _values[(int)ceiling];

    /// <summary>Adds values that a record has of a ceiling; none where it lacks them.</summary>
    public void Add(Ceiling ceiling, IReadOnlyList<double>? values) => this[ceiling].AddRange(values ?? []);

    /// <summary>Rounds that were measured.</summary>
    public int Rounds => _values.Max(values => values.Count);
}
