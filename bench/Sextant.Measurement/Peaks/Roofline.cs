using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Peaks;

/// <summary>A level of the memory.</summary>
/// <param name="Name">L1, L2, L3 or DRAM; of a device, cache or memory.</param>
/// <param name="MaxBytes">The largest working set that it serves.</param>
/// <param name="BytesPerSecond">Measured reads.</param>
internal readonly record struct MemoryLevel(string Name, long MaxBytes, double BytesPerSecond);

/// <summary>
/// The least time that this machine, as measured just now, needs for some arithmetic and some memory traffic (Williams,
/// Waterman and Patterson, 2009).
/// </summary>
/// <remarks>
/// One thread. The arithmetic ceiling is measured again in each round, since the clock moves; the bandwidths once, one
/// for each level of the memory.
/// </remarks>
internal sealed class Roofline
{
    private readonly List<MemoryLevel> _levels = [];

    private Roofline(double flops) => Flops = flops;

    /// <summary>FLOP/s of one thread.</summary>
    public double Flops { get; }

    /// <summary>From the smallest working set to the largest.</summary>
    public IReadOnlyList<MemoryLevel> Levels => _levels;

    /// <summary>Ceilings that were measured elsewhere: levels from the smallest working set to the largest.</summary>
    public static Roofline Of(double flops, IEnumerable<MemoryLevel> levels)
    {
        var roofline = new Roofline(flops);
        roofline._levels.AddRange(levels);
        return roofline;
    }

    /// <summary>Measures the ceilings, each over about <paramref name="seconds"/>.</summary>
    public static Roofline Measure(MachineFacts machine, double seconds)
    {
        var roofline = new Roofline(FmaPeak.Measure(seconds) * 1e9);
        foreach ((string name, long bytes, long max) in WorkingSets(machine))
        {
            using var memory = new MemoryPeak(bytes);
            double best = 0;
            for (int i = 0; i < 3; i++)
                best = Math.Max(best, memory.Measure(MemoryAccess.Read, seconds / 3));
            roofline._levels.Add(new MemoryLevel(name, max, best * 1e9));
        }
        return roofline;
    }

    /// <summary>
    /// A working set for each level of the memory: its name, the set's bytes, and what still counts as that level.
    /// </summary>
    public static IReadOnlyList<(string Name, long Bytes, long Max)> WorkingSets(MachineFacts machine)
    {
        long first = machine.CacheBytes(1), second = machine.CacheBytes(2), last = machine.LastCacheBytes;
        // Half of a cache is surely the program's; of the last one, which others share, no more than eight of the
        // second.
        return
        [
            ("L1", first / 2, first),
            ("L2", second / 2, second),
            ("L3", LastCacheSet(machine), last / 2),
            ("DRAM", ColdBytes(machine), long.MaxValue),
        ];
    }

    /// <summary>What the last cache surely holds, although others share it.</summary>
    public static long LastCacheSet(MachineFacts machine) =>
        Math.Min(machine.LastCacheBytes / 2, 8 * machine.CacheBytes(2));

    /// <summary>More than the caches hold, at most a gibibyte.</summary>
    public static long ColdBytes(MachineFacts machine) =>
        Math.Min(Math.Max(64L << 20, 2 * machine.LastCacheBytes), 1L << 30);

    /// <summary>Bytes a second that a working set of this size can be read with.</summary>
    public double Bandwidth(long workingSet) => Level(workingSet).BytesPerSecond;

    /// <summary>Where a working set of this size is read from.</summary>
    public MemoryLevel Level(long workingSet)
    {
        foreach (MemoryLevel level in _levels)
        {
            if (workingSet <= level.MaxBytes)
                return level;
        }
        return _levels[^1];
    }

    /// <summary>
    /// The minimum seconds for a piece of work, with arithmetic at <paramref name="flopsPerSecond"/>.
    /// </summary>
    public double MinSeconds(double flops, double bytes, long workingSet, double flopsPerSecond) =>
        Math.Max(flops / flopsPerSecond, bytes / Bandwidth(workingSet));
}
