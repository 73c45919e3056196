using System.Diagnostics;
using System.Globalization;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Machines;

/// <summary>What disturbed a measurement.</summary>
/// <param name="OtherLoad">
/// Processors that other programs kept busy, on average; NaN where the system does not say.
/// </param>
/// <param name="Stolen">Share of the processors' time that the host gave to others; NaN likewise.</param>
/// <param name="LoadBefore">The system's load average before.</param>
/// <param name="ClockSpread">
/// (fastest − slowest) / fastest of the same arithmetic in the rounds; NaN for less than two.
/// </param>
/// <param name="Throttled">
/// Times that a processor lowered its clock because of heat; −1 where the system does not say.
/// </param>
/// <param name="Notes">The same in words, where it is enough to matter.</param>
internal sealed record NoiseReport(
    double OtherLoad, double Stolen, double LoadBefore, double ClockSpread, long Throttled,
    IReadOnlyList<string> Notes);

/// <summary>Watches the machine while something is measured: other programs, the host, heat, the clock.</summary>
/// <remarks>
/// Linux tells the most (/proc/stat, /proc/loadavg, thermal_throttle); elsewhere only the clock is known.
/// </remarks>
internal sealed class NoiseWatch
{
    private const double MuchLoad = 0.1;
    private const double MuchSpread = 0.05;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _own = Process.GetCurrentProcess().TotalProcessorTime;
    private readonly (double Busy, double Stolen, double All)? _before = ReadStat();
    private readonly double _loadBefore = ReadLoad();
    private readonly long _throttledBefore = ReadThrottled();

    /// <summary>GFLOP/s of one thread in each round.</summary>
    public List<double> Arithmetic { get; } = [];

    /// <summary>10⁹ integer operations a second of one thread in each round.</summary>
    public List<double> Issuing { get; } = [];

    /// <summary>GB/s that one thread read from memory in each round.</summary>
    public List<double> Reading { get; } = [];

    /// <summary>Processor seconds of child processes that took part: they are no disturbance.</summary>
    public double ChildSeconds { get; set; }

    public NoiseReport Report()
    {
        double seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        double own = (Process.GetCurrentProcess().TotalProcessorTime - _own).TotalSeconds + ChildSeconds;
        double other = double.NaN, stolen = double.NaN;
        if (_before is { } before && ReadStat() is { } after && after.All > before.All)
        {
            // The kernel counts in ticks; busy ticks that are not ours are somebody's.
            other = Math.Max(0, after.Busy - before.Busy - own) / seconds;
            stolen = (after.Stolen - before.Stolen) / (after.All - before.All);
        }
        double spread = Arithmetic.Count > 1 ? 1 - Arithmetic.Min() / Arithmetic.Max() : double.NaN;
        long now = ReadThrottled();
        long throttled = now < 0 ? -1 : now - _throttledBefore;
        var notes = new List<string>();
        if (other > MuchLoad)
            notes.Add(Line($"other programs kept {other:F2} processors busy meanwhile"));
        if (stolen > 0.01)
            notes.Add(Line($"the host took {stolen:P1} of the processors' time"));
        if (spread > MuchSpread)
        {
            notes.Add(Line($"the same arithmetic was up to {spread:P0} slower in some rounds ")
                + Line($"({Arithmetic.Min():F0} to {Arithmetic.Max():F0} GFLOP/s): the clock or the core's share changed"));
        }
        if (throttled > 0)
            notes.Add(Line($"a processor lowered its clock because of heat, {throttled} times"));
        return new NoiseReport(other, stolen, _loadBefore, spread, throttled, notes);
    }

    /// <summary>The spread of a row's rounds, in words where it is large; null where not.</summary>
    public static string? SpreadNote(ReadOnlySpan<double> samples)
    {
        double spread = (Quantile.Of(samples, 0.9) - Quantile.Of(samples, 0.1)) / Quantile.Median(samples);
        return spread > 0.1 ? Line($"noisy: {spread:P0} from p10 to p90") : null;
    }

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // The first line: user nice system idle iowait irq softirq steal, in hundredths of a second.
    private static (double Busy, double Stolen, double All)? ReadStat()
    {
        string[]? fields = ReadFields("/proc/stat");
        if (fields is null || fields.Length < 9)
            return null;
        var ticks = new double[8];
        for (int i = 0; i < ticks.Length; i++)
        {
            if (!double.TryParse(fields[i + 1], CultureInfo.InvariantCulture, out ticks[i]))
                return null;
        }
        double all = ticks.Sum();
        return ((all - ticks[3] - ticks[4] - ticks[7]) / 100, ticks[7] / 100, all / 100);
    }

    private static double ReadLoad() =>
        ReadFields("/proc/loadavg") is [var first, ..]
            && double.TryParse(first, CultureInfo.InvariantCulture, out double load)
            ? load : double.NaN;

    private static long ReadThrottled()
    {
        long sum = -1;
        for (int i = 0; i < Environment.ProcessorCount; i++)
        {
            string path = string.Create(
                CultureInfo.InvariantCulture, $"/sys/devices/system/cpu/cpu{i}/thermal_throttle/core_throttle_count");
            if (ReadFields(path) is [var count, ..]
                && long.TryParse(count, CultureInfo.InvariantCulture, out long value))
                sum = Math.Max(sum, 0) + value;
        }
        return sum;
    }

    private static string[]? ReadFields(string path)
    {
        try
        {
            return File.Exists(path)
                ? File.ReadLines(path).First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
                : null;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return null;
        }
    }
}
