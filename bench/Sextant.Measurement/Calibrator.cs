using System.Diagnostics;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement;

/// <summary>
/// Measures the machine itself, the same way at every build: what two records differ in here, no program is to blame
/// for.
/// </summary>
/// <remarks>
/// Once at the beginning of each round and again between its subjects, so that what a neighbour does in the middle of a
/// round is seen too; a round's value is the median of its own.
/// </remarks>
internal sealed unsafe class Calibrator(MachineFacts machine, ColdMemory cold, bool quick, Calibration history)
    : IDisposable
{
    // Some ten milliseconds of probes at most every so often: less than a tenth of the time.
    private const double Pause = 0.12;

    private static readonly int s_probes = Calibration.All.Count - 1;
    private readonly List<double>[] _round = [.. Enumerable.Range(0, s_probes).Select(_ => new List<double>())];
    private MemoryPeak? _second, _last, _reading;
    private Waiting _before;
    private long _probed;

    /// <summary>Rounds that have begun.</summary>
    public int Rounds => history.Rounds;

    /// <summary>Begins a round.</summary>
    /// <returns>FLOP/s of one thread.</returns>
    public double BeginRound()
    {
        foreach (List<double> values in _round)
            values.Clear();
        foreach ((Ceiling ceiling, _) in Calibration.All)
            history[ceiling].Add(double.NaN);
        Probe();
        _before = Waiting.Now();
        return history[Ceiling.Arithmetic][^1] * 1e9;
    }

    /// <summary>Between two subjects of a round: measures again where the last time is a while ago.</summary>
    public void Between()
    {
        if (Stopwatch.GetElapsedTime(_probed).TotalSeconds > Pause)
            Probe();
    }

    /// <summary>Ends a round.</summary>
    public void EndRound()
    {
        Between();
        history[Ceiling.Running][^1] = Waiting.Now().ShareSince(_before);
    }

    /// <summary>FLOP/s of one thread, in each round from one on.</summary>
    public double[] Arithmetic(int firstRound) =>
        [.. history[Ceiling.Arithmetic].Skip(firstRound).Select(gflops => gflops * 1e9)];

    public void Dispose()
    {
        _second?.Dispose();
        _last?.Dispose();
        _reading?.Dispose();
    }

    private void Probe()
    {
        double unit = quick ? 1 : 2.5;
        _second ??= new MemoryPeak(machine.CacheBytes(2) / 2);
        _last ??= new MemoryPeak(Roofline.LastCacheSet(machine));
        _reading ??= new MemoryPeak(cold.Pointer, cold.Bytes);
        Add(Ceiling.Arithmetic, FmaPeak.Measure(unit * 0.004));
        Add(Ceiling.Issuing, IssuePeak.Measure(unit * 0.002));
        Add(Ceiling.SecondCache, _second.Measure(MemoryAccess.Read, unit * 0.0005));
        // The first pass brings back what the subjects have driven out: that was not the neighbours.
        _last.Touch();
        Add(Ceiling.LastCache, _last.Measure(MemoryAccess.Read, unit * 0.001));
        Add(Ceiling.Reading, _reading.Measure(MemoryAccess.Read, 0.001));
        _probed = Stopwatch.GetTimestamp();
    }

    private void Add(Ceiling ceiling, double value)
    {
        List<double> round = _round[(int)ceiling];
        round.Add(value);
        history[ceiling][^1] = Quantile.Median([.. round]);
    }
}
