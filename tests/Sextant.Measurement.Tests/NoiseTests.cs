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
