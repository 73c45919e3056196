using System.Globalization;

namespace Sextant.Measurement.Machines;

/// <summary>What a processor had done by some moment, in hundredths of a second (/proc/stat).</summary>
/// <param name="Processor">Its number.</param>
/// <param name="Idle">Time in which nobody wanted it.</param>
/// <param name="All">All time, that which the host took included.</param>
internal readonly record struct ProcessorTimes(int Processor, double Idle, double All)
{
    /// <summary>Those of this system; none where it does not say.</summary>
    public static List<ProcessorTimes> Now()
    {
        try
        {
            return OperatingSystem.IsLinux() ? Parse(File.ReadLines("/proc/stat")) : [];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>From lines such as 'cpu1 user nice system idle iowait irq softirq steal …'.</summary>
    public static List<ProcessorTimes> Parse(IEnumerable<string> lines)
    {
        var all = new List<ProcessorTimes>();
        foreach (string line in lines.Where(line => line.StartsWith("cpu", StringComparison.Ordinal)))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            double[] ticks = [.. fields.Skip(1).Take(8).Select(Ticks)];
            if (int.TryParse(fields[0].AsSpan(3), NumberStyles.None, CultureInfo.InvariantCulture, out int processor)
                && ticks.Length == 8 && Array.TrueForAll(ticks, double.IsFinite))
                all.Add(new ProcessorTimes(processor, ticks[3] + ticks[4], ticks.Sum()));
        }
        return all;
    }

    private static double Ticks(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;
}
