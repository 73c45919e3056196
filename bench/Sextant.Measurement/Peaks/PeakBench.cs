using System.Diagnostics;
using System.Globalization;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;
using Sextant.Measurement.Statistics;
using Sextant.Runtime;

namespace Sextant.Measurement.Peaks;

/// <summary>
/// What the processor reaches, measured: arithmetic and memory for 1, 2, … all threads, and the cost of handing over
/// work.
/// </summary>
internal sealed class PeakBench(MeasureContext context)
{
    private readonly PeakProbes _probes = new(context);
    private readonly List<IDisposable> _memory = [];

    public List<BenchRow> Run(IReadOnlyList<int> threadCounts)
    {
        try
        {
            foreach (int threads in threadCounts)
                AddThreads(threads);
            return _probes.Measure();
        }
        finally
        {
            foreach (IDisposable memory in _memory)
                memory.Dispose();
        }
    }

    /// <summary>1, 2, 4, … and all.</summary>
    public static List<int> ThreadCounts(int most)
    {
        var counts = new List<int>();
        for (int count = 1; count < most; count *= 2)
            counts.Add(count);
        counts.Add(most);
        return counts;
    }

    private void AddThreads(int threads)
    {
        double seconds = context.IsQuick ? 0.01 : 0.04;
        foreach (string kind in FmaPeak.Kinds)
            AddFma(kind, threads, seconds);
        foreach ((string name, long bytes, _) in Roofline.WorkingSets(context.Machine))
        {
            // Each thread has a set of its own; from memory, all share what one would go through.
            long each = name == "DRAM" ? bytes / threads : bytes;
            MemoryPeak[] sets = [.. Enumerable.Range(0, threads).Select(_ => new MemoryPeak(each))];
            _memory.AddRange(sets);
            foreach (MemoryAccess access in Enum.GetValues<MemoryAccess>())
                AddMemory(name, sets, access, seconds);
        }
        if (threads > 1)
            AddHandOver(threads);
    }

    private void AddFma(string kind, int threads, double seconds) => Add(
        $"fma/{kind}", FmaPeak.IsInteger(kind) ? "GOP/s" : "GFLOP/s", threads, [new("what", "fma"), new("kind", kind)],
        () => Together(threads, _ => FmaPeak.Measure(kind, seconds)),
        kind == FmaPeak.Kinds[0] ? [.. FmaPeak.Absent] : []);

    private void AddMemory(string level, MemoryPeak[] sets, MemoryAccess access, double seconds)
    {
        string name = access.ToString().ToLowerInvariant();
        Add($"memory/{level}/{name}", "GB/s", sets.Length,
            [new("what", "memory"), new("level", level), new("access", name),
                new("bytes", sets[0].Bytes.ToString(CultureInfo.InvariantCulture))],
            () => Together(sets.Length, thread => sets[thread].Measure(access, seconds)));
    }

    private void AddHandOver(int threads)
    {
        var team = new ThreadTeam(threads);
        _memory.Add(team);
        Add("handover/spinning", "s", threads, [new("what", "handover"), new("workers", "spinning")],
            () => HandOver(team, 200, 0));
        Add("handover/asleep", "s", threads, [new("what", "handover"), new("workers", "asleep")],
            () => HandOver(team, 20, 2));
    }

    private void Add(
        string id, string unit, int threads, KeyValuePair<string, string>[] labels, Func<double> measure,
        params string[] notes)
    {
        string count = threads.ToString(CultureInfo.InvariantCulture);
        _probes.Add(
            $"peak/{id}/{count}", [.. labels, new("device", "cpu"), new("threads", count)], unit,
            $"sextant bench peak --threads {count}", measure, notes);
    }

    // The sum of what threads reach at the same time, each pinned to a processor of its own.
    private double Together(int threads, Func<int, double> measure)
    {
        List<int> allowed = ProcessorPin.Allowed();
        if (threads == 1)
        {
            using ProcessorPin pin = context.Pin();
            return measure(0);
        }
        var results = new double[threads];
        var pinned = new bool[threads];
        using var gate = new Barrier(threads);
        var workers = new Thread[threads];
        for (int i = 0; i < threads; i++)
        {
            int worker = i;
            workers[i] = new Thread(() =>
            {
                using ProcessorPin pin = ProcessorPin.To(worker < allowed.Count ? allowed[worker] : -1);
                pinned[worker] = pin.IsPinned;
                gate.SignalAndWait();
                results[worker] = measure(worker);
            });
            workers[i].Start();
        }
        foreach (Thread worker in workers)
            worker.Join();
        foreach (bool holds in pinned)
            context.Noise.Pin(holds);
        return results.Sum();
    }

    // Seconds from handing out a job until every thread of the team has come and the caller goes on.
    private static double HandOver(ThreadTeam team, int jobs, int pauseMilliseconds)
    {
        var times = new double[jobs];
        for (int i = 0; i < jobs; i++)
        {
            if (pauseMilliseconds > 0)
                Thread.Sleep(pauseMilliseconds);
            int arrived = 0;
            long start = Stopwatch.GetTimestamp();
            unsafe
            {
                team.Run(new Meeting(&arrived, team.Threads), team.Threads);
            }
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return Quantile.Median(times);
    }

    // An item ends when all have begun, so no thread can do two of them.
    private readonly unsafe struct Meeting(int* arrived, int threads) : IJob
    {
        public void Execute(int item, int worker)
        {
            Interlocked.Increment(ref *arrived);
            while (Volatile.Read(ref *arrived) < threads)
                Thread.SpinWait(1);
        }
    }
}
