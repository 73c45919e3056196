using Sextant.Measurement.Machines;
using Sextant.Measurement.Records;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Comparisons;

/// <summary>
/// What the machine itself changed by between two records, in each resample of their rounds, as logarithms of time.
/// </summary>
/// <remarks>
/// A program's time is made of parts that one ceiling bounds each, so what the ceilings changed by, between the most
/// and the least of them, bounds what the program changed by without its own doing. Which ceiling binds a row is not
/// asked: all of them count for every row, except that only runs which last longer than a turn of the system's
/// scheduler feel that others had the processor: of shorter ones the median is of those that were not interrupted,
/// unless they were interrupted all the time. The ceilings are drawn with the same rounds as the row, so that what
/// disturbed a round disturbs both.
/// </remarks>
internal sealed class MachineDrift
{
    private const double TurnSeconds = 1e-3;

    // With less of a processor than this, it is not the program's own.
    private const double OwnShare = 0.8;

    private MachineDrift(double[] fastest, double[] slowest) => (Fastest, Slowest) = (fastest, slowest);

    /// <summary>The most by which the machine alone makes a row faster; zero or less.</summary>
    public double[] Fastest { get; }

    /// <summary>The most by which the machine alone makes a row slower; zero or more.</summary>
    public double[] Slowest { get; }

    /// <summary>Between the rounds of a row in two records; records without rounds of a row count as a whole.</summary>
    public static MachineDrift Between(BenchRecord first, BenchRow before, BenchRecord second, BenchRow after)
    {
        var drift = new MachineDrift(new double[RoundResamples.Count], new double[RoundResamples.Count]);
        if (!Comparable(first, second))
            return drift;
        foreach ((Ceiling ceiling, _) in Calibration.All)
        {
            if (ceiling == Ceiling.Running && !FeelsWaiting(first, before, second, after))
                continue;
            double[] then = Rounds(first, before, ceiling), now = Rounds(second, after, ceiling);
            if (then.Length == 0 || now.Length == 0)
                continue;
            double[] old = Resamples(then.Length).LogMedians(then);
            double[] young = Resamples(now.Length, second: true).LogMedians(now);
            for (int i = 0; i < old.Length; i++)
            {
                // A ceiling that rose makes times shorter.
                drift.Fastest[i] = Math.Min(drift.Fastest[i], old[i] - young[i]);
                drift.Slowest[i] = Math.Max(drift.Slowest[i], old[i] - young[i]);
            }
        }
        return drift;
    }

    /// <summary>Ceilings that one of two records of a machine lacks: what they changed by is not known.</summary>
    public static IEnumerable<string> Unknown(BenchRecord first, BenchRecord second) =>
        !Comparable(first, second) ? [] : Calibration.All
            .Where(one => Finite(first.Calibration[one.Ceiling]).Length == 0
                || Finite(second.Calibration[one.Ceiling]).Length == 0)
            .Select(one => one.Name);

    /// <summary>
    /// Whether others' turns on the processor fall into a row's runs, or are so many that they leave it cold caches.
    /// </summary>
    public static bool FeelsWaiting(BenchRecord first, BenchRow before, BenchRecord second, BenchRow after) =>
        (before.IsTime && Math.Max(before.Median, after.Median) > TurnSeconds)
        || Rounds(first, before, Ceiling.Running).Concat(Rounds(second, after, Ceiling.Running))
            .Any(share => share < OwnShare);

    /// <summary>Ceilings that moved between two records, and by how much: above 1 is more.</summary>
    public static IEnumerable<(string Name, double Ratio)> Moved(BenchRecord first, BenchRecord second)
    {
        if (!Comparable(first, second))
            yield break;
        foreach ((Ceiling ceiling, string name) in Calibration.All)
        {
            double[] then = Finite(first.Calibration[ceiling]), now = Finite(second.Calibration[ceiling]);
            if (then.Length > 0 && now.Length > 0)
                yield return (name, Quantile.Median(now) / Quantile.Median(then));
        }
    }

    /// <summary>Draws of one record's rounds: a row's and its ceilings' are the same.</summary>
    public static RoundResamples Resamples(int rounds, bool second = false) => new(rounds, second ? 1993 : 1979);

    // Other machines are meant to differ.
    private static bool Comparable(BenchRecord first, BenchRecord second) =>
        first.Machine.Processor == second.Machine.Processor;

    private static double[] Rounds(BenchRecord record, BenchRow row, Ceiling ceiling)
    {
        List<double> all = record.Calibration[ceiling];
        if (row.FirstRound is not { } from)
            return Finite(all);
        double[] rounds = [.. all.Skip(from).Take(row.Samples.Length)];
        return rounds.Length == row.Samples.Length && Array.TrueForAll(rounds, IsSpeed) ? rounds : [];
    }

    private static double[] Finite(List<double> values) => [.. values.Where(IsSpeed)];

    private static bool IsSpeed(double value) => double.IsFinite(value) && value > 0;
}
