using Sextant.Measurement.Machines;

namespace Sextant.Measurement.Tests;

/// <summary>A record says what disturbed it: here by a clock and counters that the test moves.</summary>
public class NoiseTests
{
    private static readonly SystemMoment s_start = new(100, 10, 50, 1, 1000, 0.5, 3);

    [Fact]
    public void AQuietRunHasNoNotes()
    {
        // Ten seconds on two processors; this process used nine of them, the system a little.
        NoiseReport report = After(s_start with { Seconds = 110, Own = 19, Busy = 59.5, All = 1020 }, steady: true);
        Assert.Empty(report.Notes);
        Assert.Equal(0.05, report.OtherLoad, 9);
        Assert.Equal(0, report.Stolen, 9);
        Assert.Equal(0.5, report.LoadBefore);
        Assert.Equal(0, report.Throttled);
        Assert.InRange(report.ClockSpread, 0, 0.02);
    }

    [Fact]
    public void OtherProgramsTheHostHeatAndTheClockAreSaid()
    {
        NoiseReport report = After(
            s_start with { Seconds = 110, Own = 19, Busy = 68, Stolen = 2, All = 1020, Throttled = 8 }, steady: false);
        Assert.Equal(0.9, report.OtherLoad, 9);
        Assert.Equal(0.05, report.Stolen, 9);
        Assert.Equal(5, report.Throttled);
        Assert.Collection(
            report.Notes,
            note => Assert.Equal("other programs kept 0.90 processors busy meanwhile", note),
            note => Assert.StartsWith("the host took 5.0", note, StringComparison.Ordinal),
            note => Assert.Contains("(80 to 100 GFLOP/s)", note, StringComparison.Ordinal),
            note => Assert.Equal("a processor lowered its clock because of heat, 5 times", note));
    }

    [Fact]
    public void ChildrenThatTookPartAreNoDisturbance()
    {
        SystemMoment end = s_start with { Seconds = 110, Own = 12, Busy = 60, All = 1020 };
        Assert.Equal(0.8, After(end, steady: true).OtherLoad, 9);
        Assert.Equal(0.1, After(end, steady: true, children: 7).OtherLoad, 9);
    }

    [Fact]
    public void WhatTheSystemDoesNotTellIsNotMadeUp()
    {
        var silent = new SystemMoment(100, 10, double.NaN, double.NaN, double.NaN, double.NaN, -1);
        int looks = 0;
        var watch = new NoiseWatch(() => looks++ == 0 ? silent : silent with { Seconds = 110, Own = 19 });
        NoiseReport report = watch.Report();
        Assert.True(double.IsNaN(report.OtherLoad));
        Assert.True(double.IsNaN(report.Stolen));
        Assert.True(double.IsNaN(report.ClockSpread));
        Assert.Equal(-1, report.Throttled);
        Assert.Null(report.Pinned);
        Assert.Empty(report.Notes);
    }

    [Fact]
    public void APinThatDoesNotHoldIsSaidWhateverOthersDo()
    {
        var watch = new NoiseWatch(() => s_start);
        watch.Pin(true);
        Assert.True(watch.Report().Pinned);
        watch.Pin(false);
        watch.Pin(true);
        NoiseReport report = watch.Report();
        Assert.False(report.Pinned);
        Assert.Contains(report.Notes, note => note.StartsWith("threads could not be kept", StringComparison.Ordinal));
    }

    [Fact]
    public void TheShareOfTimeWithAProcessorIsOfTheTimeThatWasWanted()
    {
        var before = new Waiting(10, 3, 1);
        Assert.Equal(0.75, new Waiting(14, 6, 2).ShareSince(before), 12);
        Assert.Equal(1, new Waiting(14, 6, 0.5).ShareSince(before), 12); // a thread that had waited is gone
        Assert.True(double.IsNaN(new Waiting(14, 3.5, 1).ShareSince(before))); // it slept
        Assert.True(double.IsNaN(new Waiting(14, 6, double.NaN).ShareSince(before)));
        Waiting now = Waiting.Now();
        Assert.True(now.Running > 0);
        Assert.Equal(!OperatingSystem.IsLinux(), double.IsNaN(now.Queued));
    }

    [Theory]
    [InlineData(new[] { 0, 1, 2, 3 }, 2, 0.1)] // the least busy
    [InlineData(new[] { 0, 3 }, 0, 0.5)] // of those that are allowed
    [InlineData(new[] { 1, 3 }, 3, 0.9)] // equally busy: the last
    [InlineData(new[] { 7 }, 7, double.NaN)] // one that the system does not count
    [InlineData(new[] { 3, 7 }, 3, 0.9)] // one that it counts goes first
    [InlineData(new int[0], -1, double.NaN)]
    public void TheLeastBusyAllowedProcessorIsChosen(int[] allowed, int processor, double load)
    {
        string[] before =
        [
            "cpu  9 9 9 9 9 9 9 9 0 0", "cpu0 10 0 0 100 0 0 0 0 0 0", "cpu1 10 0 0 100 0 0 0 0 0 0",
            "cpu2 500 0 0 100 0 0 0 0 0 0", "cpu3 10 0 0 100 0 0 0 0 0 0", "intr 5",
        ];
        // Ten ticks later. Waiting for a disk is idle; what the host took is not.
        string[] after =
        [
            "cpu  9 9 9 9 9 9 9 9 0 0", "cpu0 12 1 1 105 0 0 0 1 0 0", "cpu1 10 0 0 101 0 0 0 9 0 0",
            "cpu2 501 0 0 105 4 0 0 0 0 0", "cpu3 19 0 0 101 0 0 0 0 0 0", "intr 6",
        ];
        int looks = 0, waits = 0;
        QuietProcessor found = QuietProcessor.Find(
            allowed, () => ProcessorTimes.Parse(looks++ == 0 ? before : after), () => waits++);
        Assert.Equal(processor, found.Processor);
        Assert.Equal(load, found.Load, 12);
        Assert.Equal(allowed.Length == 0 ? 0 : 1, waits);
    }

    [Fact]
    public void WithoutCountersTheLastProcessorIsTaken()
    {
        Assert.Equal(5, QuietProcessor.Find([2, 5], () => [], () => { }).Processor);
        Assert.Empty(ProcessorTimes.Parse(["cpu0 1 2 3", "cpu1 a b c d e f g h", "cpux 1 2 3 4 5 6 7 8"]));
        if (OperatingSystem.IsLinux())
            Assert.True(ProcessorTimes.Now().Count >= Environment.ProcessorCount);
    }

    [Fact]
    public void ABusyProcessorThatWasChosenIsSaid()
    {
        var watch = new NoiseWatch(() => s_start) { Chosen = new QuietProcessor(3, 0.4) };
        Assert.Null(watch.Report().Chosen);
        watch.Pin(true);
        NoiseReport report = watch.Report();
        Assert.Equal(3, report.Chosen!.Value.Processor);
        Assert.Contains(
            report.Notes,
            note => note.StartsWith("others kept processor 3, the least busy, 40", StringComparison.Ordinal));
    }

    [Fact]
    public void ThisMachineIsLookedAt()
    {
        SystemMoment first = SystemMoment.Now(), second = SystemMoment.Now();
        Assert.True(second.Seconds >= first.Seconds);
        Assert.True(second.Own >= first.Own);
        if (OperatingSystem.IsLinux())
            Assert.True(first.Busy > 0 && first.All > first.Busy);
    }

    [Theory]
    [InlineData(0.02, false)]
    [InlineData(0.3, true)]
    public void ARowWhoseRoundsSpreadIsCalledNoisy(double spread, bool noisy)
    {
        double[] rounds = [.. Enumerable.Range(0, 9).Select(i => 1 + spread * i / 8)];
        Assert.Equal(noisy, NoiseWatch.SpreadNote(rounds) is not null);
    }

    private static NoiseReport After(SystemMoment end, bool steady, double children = 0)
    {
        int looks = 0;
        var watch = new NoiseWatch(() => looks++ == 0 ? s_start : end) { ChildSeconds = children };
        watch.Calibration[Ceiling.Arithmetic].AddRange(steady ? [100, 99, 99.5] : [100, 80, 95]);
        return watch.Report();
    }
}
