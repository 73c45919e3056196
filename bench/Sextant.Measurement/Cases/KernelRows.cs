using System.Globalization;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Cases;

/// <summary>What a row of the part 'kernels' is called, and how it is measured again.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Repeat">The command line without the flags of mode and plan.</param>
internal sealed record KernelName(string Id, IReadOnlyList<KeyValuePair<string, string>> Labels, string Repeat);

/// <summary>Work that a roofline has a least time for.</summary>
/// <param name="Flops">Operations, an fma counting two.</param>
/// <param name="Bytes">Every input read once, every output written once.</param>
/// <param name="WorkingSet">What the runs of one block touch: which level of the memory it comes from.</param>
internal readonly record struct KernelWork(double Flops, double Bytes, long WorkingSet)
{
    /// <summary>The minimum seconds, with arithmetic at a speed.</summary>
    public double MinSeconds(Roofline roofline, double flopsPerSecond) =>
        roofline.MinSeconds(Flops, Bytes, WorkingSet, flopsPerSecond);
}

/// <summary>The rows of the part 'kernels', for kernels of the processor and for ops of a device.</summary>
internal static class KernelRows
{
    /// <summary>The unit of a row that counts what was compared and times nothing.</summary>
    public const string Values = "values";

    /// <summary>A row with times.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="work">What was done in each run.</param>
    /// <param name="samples">Seconds a run, round by round.</param>
    /// <param name="roofline">The ceilings of the same run; null: none that are to be believed.</param>
    /// <param name="arithmetic">FLOP/s of each round: the clock moves.</param>
    /// <param name="accuracy">How right the result is.</param>
    /// <param name="repeatFlags">Flags of the plan.</param>
    /// <param name="byWall">The same by the wall's clock, where the samples are a device's own.</param>
    public static BenchRow Timed(
        KernelName name, KernelWork work, Samples samples, Roofline? roofline, double[] arithmetic, Accuracy accuracy,
        string repeatFlags, Samples? byWall = null)
    {
        double median = samples.Median;
        List<KeyValuePair<string, double>> metrics = byWall is null ? [] : [new("wall_seconds", byWall.Median)];
        metrics.AddRange(
        [
            new("gflops", work.Flops / median / 1e9),
            new("gbs", work.Bytes / median / 1e9),
            .. roofline is null
                ? [new("intensity", work.Flops / work.Bytes)] : Beneath(roofline, work, samples, arithmetic),
            .. Errors(accuracy),
            new("bytes_allocated", (byWall ?? samples).BytesAllocated),
        ]);
        var notes = Faults(accuracy);
        if (!samples.IsStable)
            notes.Add("the warm-up ended before the time was stable");
        if (NoiseWatch.SpreadNote(samples.Rounds) is { } note)
            notes.Add(note);
        BenchRow row = Row(name, "s", samples.Rounds, metrics, accuracy, notes, repeatFlags);
        return row with
        {
            FirstRound = samples.FirstRound,
            Labels = roofline is null
                ? row.Labels : [.. row.Labels, new("memory", roofline.Level(work.WorkingSet).Name)],
        };
    }

    private static List<KeyValuePair<string, double>> Beneath(
        Roofline roofline, KernelWork work, Samples samples, double[] arithmetic)
    {
        // Each round against the clock of that round.
        double[] shares = [.. samples.Rounds.Select(
            (seconds, round) => work.MinSeconds(roofline, arithmetic[round]) / seconds)];
        double clock = Quantile.Median(arithmetic);
        return
        [
            new("roofline", Quantile.Median(shares)),
            new("intensity", work.Flops / work.Bytes),
            new("roofline_gflops", work.Flops / 1e9 / work.MinSeconds(roofline, clock)),
            new("bandwidth_gbs", roofline.Bandwidth(work.WorkingSet) / 1e9),
            new("arithmetic_gflops", clock / 1e9),
        ];
    }

    /// <summary>A row whose times another program took, without the machine's rounds and so no roofline.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="one">The case, whose result is looked at here.</param>
    /// <param name="seconds">Seconds a run, one value for each round of the other program.</param>
    /// <param name="bytesAllocated">Managed bytes that a run allocated.</param>
    /// <param name="by">The other program.</param>
    public static BenchRow TimedBy(
        KernelName name, KernelCase one, double[] seconds, double bytesAllocated, string by)
    {
        Accuracy accuracy = one.Verify(whole: false);
        double median = Quantile.Median(seconds);
        return Row(
            name, "s", seconds,
            [
                new("gflops", one.Flops / median / 1e9), new("gbs", one.Bytes / median / 1e9),
                new("intensity", one.Flops / one.Bytes), .. Errors(accuracy), new("bytes_allocated", bytesAllocated),
            ],
            accuracy, [.. Faults(accuracy), $"timed by {by}"], "");
    }

    /// <summary>
    /// A row of correctness or of bits: what is 'measured' is how much was compared, which every round would repeat.
    /// </summary>
    public static BenchRow Compared(KernelName name, KernelMode mode, Accuracy accuracy, string repeatFlags) => Row(
        name, Values, [accuracy.Compared], Errors(accuracy), accuracy, Faults(accuracy),
        (mode == KernelMode.Bitwise ? " --mode bitwise" : " --mode correctness") + repeatFlags);

    private static BenchRow Row(
        KernelName name, string unit, double[] samples, List<KeyValuePair<string, double>> metrics, Accuracy accuracy,
        List<string> notes, string flags) => new()
        {
            Id = name.Id,
            Part = "kernels",
            Labels = name.Labels,
            Unit = unit,
            Samples = samples,
            Metrics = metrics,
            BitEqual = accuracy.BitEqual,
            Repeat = name.Repeat + flags,
            Notes = notes,
        };

    private static List<KeyValuePair<string, double>> Errors(Accuracy accuracy) =>
    [
        new("max_abs", accuracy.MaxAbs),
        new("max_ulp", accuracy.MaxUlp),
        new("nmse", accuracy.Nmse),
        new("compared", accuracy.Compared),
        new("different", accuracy.Different),
    ];

    private static List<string> Faults(Accuracy accuracy)
    {
        var notes = new List<string>();
        if (accuracy.Poisoned > 0)
            notes.Add(string.Create(
                CultureInfo.InvariantCulture, $"WRONG: {accuracy.Poisoned} values were not written or are not finite"));
        else if (!accuracy.IsSound)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"WRONG: far from double: NMSE {accuracy.Nmse:G3}"));
        return notes;
    }
}
