using System.Globalization;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Records;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Comparisons;

/// <summary>Records row by row against the first: ratios with intervals, and what else differs between them.</summary>
/// <remarks>
/// An interval is of confidence 95 % for all rows together (Bonferroni), from resampling the rounds. Rounds of one run
/// share its moment, so their spread alone says too little about another run. A difference counts as significant only
/// where, at that confidence, it also exceeds what the machine itself changed by (<see cref="MachineDrift"/>), and one
/// percent, which the placement of code and data alone is good for.
/// </remarks>
internal sealed class Comparison
{
    private const double Alpha = 0.05;
    private const double Resolution = 0.01;

    private Comparison(IReadOnlyList<BenchRecord> records) => Records = records;

    public IReadOnlyList<BenchRecord> Records { get; }

    public List<ComparedRow> Rows { get; } = [];

    /// <summary>What differs between the records besides times: machines, versions, rows that only one has.</summary>
    public List<string> Differences { get; } = [];

    /// <summary>Compares records, two at least.</summary>
    /// <exception cref="InvalidRecordException">
    /// A row has fewer rounds than a record needs, or no row is in two records.
    /// </exception>
    public static Comparison Of(IReadOnlyList<(string Name, BenchRecord Record)> records)
    {
        var comparison = new Comparison([.. records.Select(one => one.Record)]);
        (string firstName, BenchRecord first) = records[0];
        var known = first.Rows.ToDictionary(row => row.Id);
        int common = records.Skip(1).Sum(one => one.Record.Rows.Count(row => known.ContainsKey(row.Id)));
        int pairs = records.Skip(1).Sum(
            one => one.Record.Rows.Count(row => known.ContainsKey(row.Id) && row.Unit != KernelRows.Values));
        if (common == 0)
            throw new InvalidRecordException(
                $"{firstName}: has no row that another record has too; nothing can be compared.");
        for (int i = 1; i < records.Count; i++)
        {
            (string name, BenchRecord other) = records[i];
            comparison.Describe(firstName, first, name, other);
            var drifts = new Dictionary<(int?, int, int?, int, bool), MachineDrift>();
            foreach (BenchRow row in other.Rows)
            {
                if (!known.TryGetValue(row.Id, out BenchRow? before))
                    continue;
                comparison.Right(firstName, before, name, row);
                if (row.Unit == KernelRows.Values)
                    continue;
                Require(firstName, before, name, row);
                // Rows of the same rounds share what the machine did in them.
                (int?, int, int?, int, bool) rounds = (before.FirstRound, before.Samples.Length, row.FirstRound,
                    row.Samples.Length, MachineDrift.FeelsWaiting(first, before, other, row));
                if (!drifts.TryGetValue(rounds, out MachineDrift? drift))
                    drifts.Add(rounds, drift = MachineDrift.Between(first, before, other, row));
                comparison.Rows.Add(Compare(i, before, row, Alpha / pairs, drift));
            }
        }
        return comparison;
    }

    /// <summary>Rows that are significantly slower by more than a share.</summary>
    public IEnumerable<ComparedRow> SlowerThan(double share) =>
        Rows.Where(row => row.Verdict == Verdict.Slower && row.TimeRatio.Ratio > 1 + share);

    // Bits that were the reference's in one record and are not in the other: no speed makes up for it.
    private void Right(string firstName, BenchRow first, string name, BenchRow second)
    {
        if (first.BitEqual is { } before && second.BitEqual is { } after && before != after)
            Differences.Add($"{first.Id} has the reference's bits only in {(before ? firstName : name)}");
    }

    private static ComparedRow Compare(
        int other, BenchRow first, BenchRow second, double alpha, MachineDrift drift)
    {
        double[] then = MachineDrift.Resamples(first.Samples.Length).LogMedians(first.Samples);
        double[] now = MachineDrift.Resamples(second.Samples.Length, second: true).LogMedians(second.Samples);
        int sign = first.IsTime ? 1 : -1;
        double[] changes = [.. now.Zip(then, (after, before) => sign * (after - before))];
        double ratio = first.IsTime ? second.Median / first.Median : first.Median / second.Median;
        var interval = TimeRatio.Of(ratio, changes, alpha);
        Verdict verdict = Clear(interval.Low) && Clear(Beyond(drift.Slowest).Low) ? Verdict.Slower
            : Clear(1 / interval.High) && Clear(1 / Beyond(drift.Fastest).High) ? Verdict.Faster
            : Verdict.NoSignificantDifference;
        var machine = new TimeRatio(
            1, Math.Exp(Quantile.Median(drift.Fastest)), Math.Exp(Quantile.Median(drift.Slowest)));
        return new ComparedRow(
            other, first.Id, first.Unit, first.Median, second.Median, interval, machine, verdict);

        TimeRatio Beyond(double[] own) =>
            TimeRatio.Of(1, [.. changes.Zip(own, (change, part) => change - part)], alpha);

        static bool Clear(double times) => times > 1 + Resolution;
    }

    private static void Require(string firstName, BenchRow first, string name, BenchRow second)
    {
        RequireRounds(firstName, first);
        RequireRounds(name, second);
        if (first.Unit != second.Unit)
        {
            throw new InvalidRecordException(
                $"{name}: '{second.Id}' is in {second.Unit}; {firstName} has it in {first.Unit}.");
        }
    }

    private static void RequireRounds(string name, BenchRow row)
    {
        if (row.Samples.Length < Sampling.SamplingPlan.MinRounds)
        {
            throw new InvalidRecordException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: '{row.Id}' has {row.Samples.Length} rounds; ")
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Sampling.SamplingPlan.MinRounds} at least are needed to compare."));
        }
    }

    private void Describe(string firstName, BenchRecord first, string name, BenchRecord second)
    {
        Differ("engine", first.Engine, second.Engine);
        Differ("processor", first.Machine.Processor, second.Machine.Processor);
        Differ("processors in use", Text(first.Machine.Processors), Text(second.Machine.Processors));
        Differ("instruction sets", string.Join(", ", first.Machine.InstructionSets),
            string.Join(", ", second.Machine.InstructionSets));
        Differ(
            "memory", Text(first.Machine.MemoryBytes >> 30) + " GiB", Text(second.Machine.MemoryBytes >> 30) + " GiB");
        Differ("system", first.Machine.System, second.Machine.System);
        Differ("runtime", first.Build.Runtime, second.Build.Runtime);
        Differ("device", first.Device, second.Device);
        Differ("settings", string.Join(' ', first.Build.Settings), string.Join(' ', second.Build.Settings));
        Differ("version", first.Build.Version, second.Build.Version);
        Differ("commit", first.Build.Commit, second.Build.Commit);
        string[] moved = [.. MachineDrift.Moved(first, second)
            .Where(one => Math.Abs(Math.Log(one.Ratio)) > Math.Log(1 + Resolution))
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Name} {one.Ratio - 1:+0.0%;-0.0%}"))];
        if (moved.Length > 0)
        {
            Differences.Add(
                $"the machine itself changed between {firstName} and {name}: {string.Join(", ", moved)}; "
                + "differences within that do not count");
        }
        if (MachineDrift.Unknown(first, second).ToArray() is { Length: > 0 } unknown)
        {
            Differences.Add(
                $"not measured in both {firstName} and {name}: {string.Join(", ", unknown)}; what the machine itself "
                + "changed by there is not known and counts as the program's doing");
        }
        Alone(firstName, first, second);
        Alone(name, second, first);

        void Alone(string owner, BenchRecord record, BenchRecord against)
        {
            var known = against.Rows.Select(row => row.Id).ToHashSet();
            string[] alone = [.. record.Rows.Select(row => row.Id).Where(id => !known.Contains(id))];
            if (alone.Length > 0)
            {
                Differences.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{alone.Length} rows are only in {owner}, such as {string.Join(", ", alone.Take(3))}"));
            }
        }

        void Differ(string what, string before, string after)
        {
            if (before != after)
                Differences.Add($"{what}: {firstName} has '{before}', {name} has '{after}'");
        }
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
