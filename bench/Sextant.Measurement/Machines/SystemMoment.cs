using System.Diagnostics;
using System.Globalization;

namespace Sextant.Measurement.Machines;

/// <summary>What the system says of its processors at a moment: two of them tell what happened in between.</summary>
/// <remarks>
/// Linux tells the most (/proc/stat, /proc/loadavg, thermal_throttle); what a system does not tell is NaN, or −1.
/// </remarks>
/// <param name="Seconds">A clock that only runs forward.</param>
/// <param name="Own">Processor seconds of this process.</param>
/// <param name="Busy">Processor seconds that were used, whoever did.</param>
/// <param name="Stolen">Processor seconds that the host gave to others.</param>
/// <param name="All">Processor seconds that passed, on all processors.</param>
/// <param name="Load">The load average of a minute.</param>
/// <param name="Throttled">Times that a processor lowered its clock because of heat.</param>
internal readonly record struct SystemMoment(
    double Seconds, double Own, double Busy, double Stolen, double All, double Load, long Throttled)
{
    /// <summary>This machine's, now.</summary>
    public static SystemMoment Now()
    {
        using var process = Process.GetCurrentProcess();
        (double busy, double stolen, double all) = ReadStat();
        return new SystemMoment(
            Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, process.TotalProcessorTime.TotalSeconds, busy,
            stolen, all, ReadLoad(), ReadThrottled());
    }

    // The first line: user nice system idle iowait irq softirq steal, in hundredths of a second.
    private static (double Busy, double Stolen, double All) ReadStat()
    {
        string[]? fields = ReadFields("/proc/stat");
        if (fields is null || fields.Length < 9)
            return (double.NaN, double.NaN, double.NaN);
        var ticks = new double[8];
        for (int i = 0; i < ticks.Length; i++)
        {
            if (!double.TryParse(fields[i + 1], CultureInfo.InvariantCulture, out ticks[i]))
                return (double.NaN, double.NaN, double.NaN);
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
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException
            or InvalidOperationException)
        {
            return null;
        }
    }
}
