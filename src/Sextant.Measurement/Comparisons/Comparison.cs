using System.Globalization;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Records;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Comparisons;

/// <summary>Records row by row against the first: ratios with intervals, and what else differs between them.</summary>
/// <remarks>
/// An interval is of confidence 95 % for all rows together (Bonferroni). A difference counts as significant only where
/// the interval also clears what the machine itself changed by between the records, which both measured with the same
/// loops, and one percent, which the placement of code and data alone is good for.
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
            double drift = Drift(first, other);
            foreach (BenchRow row in other.Rows)
            {
                if (!known.TryGetValue(row.Id, out BenchRow? before))
                    continue;
                comparison.Right(firstName, before, name, row);
                if (row.Unit != KernelRows.Values)
                    comparison.Rows.Add(Compare(i, firstName, before, name, row, Alpha / pairs, drift));
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
        int other, string firstName, BenchRow first, string name, BenchRow second, double alpha, double drift)
    {
        Require(firstName, first);
        Require(name, second);
        if (first.Unit != second.Unit)
            throw new InvalidRecordException(
                $"{name}: '{second.Id}' is in {second.Unit}; {firstName} has it in {first.Unit}.");
        BootstrapRatio ratio = first.IsTime
            ? BootstrapRatio.Of(first.Samples, second.Samples, alpha)
            : BootstrapRatio.Of(second.Samples, first.Samples, alpha);
        double margin = Math.Log(1 + Resolution) + drift;
        Verdict verdict = Math.Log(ratio.Low) > margin ? Verdict.Slower
            : Math.Log(ratio.High) < -margin ? Verdict.Faster
            : Verdict.NoSignificantDifference;
        return new ComparedRow(other, first.Id, first.Unit, first.Median, second.Median, ratio, verdict);
    }

    private static void Require(string name, BenchRow row)
    {
        if (row.Samples.Length < Sampling.SamplingPlan.LeastRounds)
        {
            throw new InvalidRecordException(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}: '{row.Id}' has {row.Samples.Length} rounds; ")
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Sampling.SamplingPlan.LeastRounds} at least are needed to compare."));
        }
    }

    // How far the machine moved between two records, as a logarithm; other machines are meant to differ.
    private static double Drift(BenchRecord first, BenchRecord second)
    {
        if (first.Machine.Processor != second.Machine.Processor)
            return 0;
        return Math.Max(
            Moved(first.Issuing, second.Issuing),
            Math.Max(Moved(first.Arithmetic, second.Arithmetic), Moved(first.Reading, second.Reading)));

        static double Moved(IReadOnlyList<double> before, IReadOnlyList<double> after) =>
            before.Count == 0 || after.Count == 0
            ? 0
            : Math.Abs(Math.Log(Quantile.Median([.. after]) / Quantile.Median([.. before])));
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
        Differ("runtime", first.Machine.Runtime, second.Machine.Runtime);
        Differ("device", first.Device, second.Device);
        Differ("settings", string.Join(' ', first.Machine.Settings), string.Join(' ', second.Machine.Settings));
        Differ("version", first.Machine.Version, second.Machine.Version);
        Differ("commit", first.Machine.Commit, second.Machine.Commit);
        double drift = Drift(first, second);
        if (drift > Math.Log(1 + Resolution))
        {
            Differences.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"the machine itself changed by {Math.Exp(drift) - 1:P1} between {firstName} and {name}: ")
                + "differences within that do not count");
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
