using Sextant.Measurement.Comparisons;
using Sextant.Measurement.Machines;
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
        second = second with { Build = second.Build with { Commit = "fedcba" }, Rows = [.. second.Rows.Take(3)] };
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

    [Fact]
    public void ACacheThatANeighbourTookExcusesWhatItExplains()
    {
        BenchRecord before = WithCache(SomeRecord.Make(), 100), after = WithCache(SomeRecord.Make(1.1), 88);
        Comparison comparison = Compare(before, after);
        Assert.All(comparison.Rows, row => Assert.Equal(Verdict.NoSignificantDifference, row.Verdict));
        Assert.All(comparison.Rows, row => Assert.Equal(1 / 0.88, row.Machine.High, 3));
        Assert.Contains(comparison.Differences, line => line.Contains(
            "reading from the second cache -12.0%", StringComparison.Ordinal));
        // Twice that is the program's doing; and a machine that slowed down explains nothing that became faster.
        Assert.All(
            Compare(before, WithCache(SomeRecord.Make(1.3), 88)).Rows,
            row => Assert.Equal(Verdict.Slower, row.Verdict));
        Assert.All(
            Compare(before, WithCache(SomeRecord.Make(0.9), 88)).Rows,
            row => Assert.Equal(Verdict.Faster, row.Verdict));
    }

    [Fact]
    public void WaitingForAProcessorCountsForLongRunsAndWhereItNeverEnds()
    {
        // Of the record's rows two run for milliseconds.
        BenchRecord before = With(SomeRecord.Make(), Ceiling.Running, 1), after = SomeRecord.Make(1.1);
        Assert.Equal(2, Compare(before, With(after, Ceiling.Running, 0.85)).Rows.Count(IsSlower));
        Assert.DoesNotContain(Compare(before, With(after, Ceiling.Running, 0.5)).Rows, IsSlower);
        Assert.Equal(4, Compare(before, With(after, Ceiling.Running, 1)).Rows.Count(IsSlower));
    }

    [Fact]
    public void ARowIsHeldAgainstItsOwnRounds()
    {
        // The machine was slow while other rows were measured: no excuse for this one.
        BenchRecord before = SomeRecord.Make(), after = SomeRecord.Make(1.1);
        before.Calibration[Ceiling.SecondCache].Clear();
        after.Calibration[Ceiling.SecondCache].Clear();
        before.Calibration[Ceiling.SecondCache].AddRange(Enumerable.Repeat(100.0, 14));
        after.Calibration[Ceiling.SecondCache].AddRange(
            Enumerable.Range(0, 14).Select(round => round < 7 ? 50.0 : 100));
        Assert.DoesNotContain(Compare(From(before, 0), From(after, 0)).Rows, IsSlower);
        Assert.Equal(4, Compare(From(before, 7), From(after, 7)).Rows.Count(IsSlower));
        // Rounds that the record does not have say nothing.
        Assert.Equal(4, Compare(From(before, 9), From(after, 9)).Rows.Count(IsSlower));

        static BenchRecord From(BenchRecord record, int round) =>
            record with { Rows = [.. record.Rows.Select(row => row with { FirstRound = round })] };
    }

    [Fact]
    public void WhatOneRecordDidNotMeasureIsSaid()
    {
        BenchRecord old = SomeRecord.Make();
        old.Calibration[Ceiling.LastCache].Clear();
        old.Calibration[Ceiling.Running].Clear();
        string said = Assert.Single(Compare(SomeRecord.Make(), old).Differences);
        Assert.StartsWith(
            "not measured in both a.json and b.json: reading from the last cache, the share of time with a processor;",
            said, StringComparison.Ordinal);
    }

    private static bool IsSlower(ComparedRow row) => row.Verdict == Verdict.Slower;

    private static BenchRecord WithCache(BenchRecord record, double speed) =>
        With(record, Ceiling.SecondCache, speed);

    private static BenchRecord With(BenchRecord record, Ceiling ceiling, double value)
    {
        record.Calibration[ceiling].Clear();
        record.Calibration[ceiling].AddRange(Enumerable.Repeat(value, 7));
        return record;
    }
}
