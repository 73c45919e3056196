using System.Diagnostics;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Sampling;

/// <summary>Times subjects in turns: every round visits all of them, and every second round in reverse.</summary>
/// <remarks>
/// A slow minute of the machine so falls on all subjects, and the rounds of one subject are as far apart as the whole
/// measurement is long, so that their spread holds the machine's drift and not only the jitter of a moment.
/// A round's block is cut into slices of one or more runs; the sample is the median of the slices, which an interrupt
/// does not move. The first slice of a block fills the caches and is not counted.
/// </remarks>
internal sealed class Sampler(
    SamplingPlan plan, Calibrator? calibrator = null, CancellationToken cancellation = default)
{
    private const int MaxSlices = 128;

    // Warm means: the last three of some blocks agree within this.
    private const double StableSpread = 0.03;

    private readonly double[] _slices = new double[MaxSlices];

    /// <summary>
    /// Measures all subjects; <paramref name="beginRound"/> is called before each round, after the calibrator.
    /// </summary>
    public Samples[] Measure(IReadOnlyList<Subject> subjects, Action<int>? beginRound = null)
    {
        var pace = new Pace[subjects.Count];
        var rounds = new double[subjects.Count][];
        var allocated = new double[subjects.Count];
        for (int i = 0; i < pace.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            pace[i] = WarmUp(subjects[i]);
            rounds[i] = new double[plan.Rounds];
        }
        int firstRound = calibrator?.Rounds ?? 0;
        for (int round = 0; round < plan.Rounds; round++)
        {
            calibrator?.BeginRound();
            beginRound?.Invoke(round);
            for (int turn = 0; turn < pace.Length; turn++)
            {
                cancellation.ThrowIfCancellationRequested();
                calibrator?.Between();
                int i = round % 2 == 0 ? turn : pace.Length - 1 - turn;
                long before = GC.GetAllocatedBytesForCurrentThread();
                rounds[i][round] = Block(subjects[i], pace[i]);
                allocated[i] = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / pace[i].RunsPerBlock;
            }
            calibrator?.EndRound();
        }
        var samples = new Samples[subjects.Count];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = new Samples(rounds[i], pace[i].IsStable, Math.Floor(allocated[i]), firstRound);
        return samples;
    }

    private Pace WarmUp(Subject subject)
    {
        long start = Stopwatch.GetTimestamp();
        double estimate = Slice(subject, 1);
        var pace = new Pace(1, 1, false);
        double first = double.MaxValue, second = double.MaxValue;
        for (int block = 0; ; block++)
        {
            pace = Choose(subject, estimate, plan.BlockSeconds / 4);
            double third = Block(subject, pace);
            estimate = third;
            double spread = Math.Max(first, Math.Max(second, third)) / Math.Min(first, Math.Min(second, third)) - 1;
            bool stable = block >= 3 && spread < StableSpread;
            if (stable || Stopwatch.GetElapsedTime(start).TotalSeconds > plan.WarmUpSeconds + 4 * estimate)
                return Choose(subject, estimate, plan.BlockSeconds) with { IsStable = stable };
            (first, second) = (second, third);
        }
    }

    // Seconds a run: the median of the slices.
    private double Block(Subject subject, Pace pace)
    {
        Slice(subject, pace.RunsPerSlice);
        for (int slice = 0; slice < pace.Slices; slice++)
            _slices[slice] = Slice(subject, pace.RunsPerSlice);
        Span<double> slices = _slices.AsSpan(0, pace.Slices);
        slices.Sort();
        return Quantile.OfSorted(slices, 0.5);
    }

    private static double Slice(Subject subject, int runs)
    {
        subject.Refresh();
        long start = Stopwatch.GetTimestamp();
        for (int run = 0; run < runs; run++)
            subject.Run();
        subject.Wait();
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double own = subject.OwnSeconds();
        return (double.IsNaN(own) ? wall : own) / runs;
    }

    private static Pace Choose(Subject subject, double secondsPerRun, double blockSeconds)
    {
        double perRun = Math.Max(secondsPerRun, 1e-9);
        double sliceSeconds = Math.Max(subject.MinSliceSeconds, blockSeconds / MaxSlices);
        int runs = (int)Math.Clamp(Math.Ceiling(sliceSeconds / perRun), 1, subject.RunsPerRefresh);
        int slices = (int)Math.Clamp(blockSeconds / (perRun * runs), 1, MaxSlices);
        return new Pace(runs, slices, false);
    }

    private readonly record struct Pace(int RunsPerSlice, int Slices, bool IsStable)
    {
        public int RunsPerBlock => RunsPerSlice * (Slices + 1);
    }
}
