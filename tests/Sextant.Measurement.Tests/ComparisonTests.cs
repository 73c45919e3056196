using Sextant.Measurement.Comparisons;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Tests;

public class ComparisonTests
{
    [Fact]
    public void TheSameIsNotDifferent()
    {
        Comparison comparison = Compare(SomeRecord.Make(), SomeRecord.Make());
        Assert.All(comparison.Rows, row => Assert.Equal(Verdict.NoSignificantDifference, row.Verdict));
        Assert.Empty(comparison.Differences);
        Assert.Equal("no significant difference in 4 rows", ComparisonReport.Summary(comparison));
    }

    [Fact]
    public void SlowerIsSlowerWhateverTheUnit()
    {
        Comparison comparison = Compare(SomeRecord.Make(), SomeRecord.Make(1.1));
        Assert.All(comparison.Rows, row => Assert.Equal(Verdict.Slower, row.Verdict));
        Assert.All(comparison.Rows, row => Assert.Equal(1.1, row.TimeRatio.Ratio, 3));
        Assert.Equal(4, comparison.SlowerThan(0.05).Count());
        Assert.Empty(comparison.SlowerThan(0.15));
        Assert.All(
            Compare(SomeRecord.Make(1.1), SomeRecord.Make()).Rows, row => Assert.Equal(Verdict.Faster, row.Verdict));
    }

    [Fact]
    public void WhatTheMachineChangedByIsNobodysFault()
    {
        Comparison comparison = Compare(SomeRecord.Make(), SomeRecord.Make(1.1, arithmetic: 88));
        Assert.All(comparison.Rows, row => Assert.Equal(Verdict.NoSignificantDifference, row.Verdict));
        Assert.Contains(
            comparison.Differences, line => line.Contains("the machine itself changed", StringComparison.Ordinal));
        // Another machine is what is compared.
        Assert.All(
            Compare(SomeRecord.Make(), SomeRecord.Make(1.1, "Another", 88)).Rows, row =>
                Assert.Equal(Verdict.Slower, row.Verdict));
    }

    [Fact]
    public void MachinesVersionsAndLonelyRowsAreNamed()
    {
        BenchRecord first = SomeRecord.Make();
        BenchRecord second = SomeRecord.Make(1, "Another");
        second = second with { Machine = second.Machine with { Commit = "fedcba" }, Rows = [.. second.Rows.Take(3)] };
        Comparison comparison = Compare(first, second);
        Assert.Contains("processor: a.json has 'Some processor', b.json has 'Another'", comparison.Differences);
        Assert.Contains("commit: a.json has 'abcdef', b.json has 'fedcba'", comparison.Differences);
        Assert.Contains("1 rows are only in a.json, such as search/flat", comparison.Differences);
    }

    [Fact]
    public void TooFewRoundsAndNothingInCommonAreRefused()
    {
        BenchRecord record = SomeRecord.Make();
        BenchRecord few = record with { Rows = [.. record.Rows.Select(row => row with { Samples = [.. row.Samples.Take(6)] })] };
        Assert.Contains("6 rounds", Assert.Throws<InvalidRecordException>(() => Compare(record, few)).Message,
            StringComparison.Ordinal);
        BenchRecord other = record with { Rows = [record.Rows[0] with { Id = "else" }] };
        Assert.Throws<InvalidRecordException>(() => Compare(record, other));
    }

    private static Comparison Compare(BenchRecord first, BenchRecord second) =>
        Comparison.Of([("a.json", first), ("b.json", second)]);
}
