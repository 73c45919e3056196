using System.Diagnostics;
using System.Globalization;

namespace Sextant.Measurement.Machines;

/// <summary>How long this process's threads computed, and how long they waited for a processor.</summary>
/// <param name="Seconds">A clock that only runs forward.</param>
/// <param name="Running">Seconds on a processor, of all threads.</param>
/// <param name="Queued">
/// Seconds ready to run but not running, of the threads that are there now; NaN where the system does not say (Linux
/// does: /proc/self/task/N/schedstat).
/// </param>
internal readonly record struct Waiting(double Seconds, double Running, double Queued)
{
    // A process that sleeps most of the time says nothing about the processors.
    private const double MinWanted = 0.2;

    /// <summary>This process's, now.</summary>
    public static Waiting Now() => new(
        Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, Environment.CpuUsage.TotalTime.TotalSeconds,
        ReadQueued());

    /// <summary>
    /// Of the time in which threads wanted to run since an earlier look, the share in which they did; NaN where they
    /// hardly wanted to.
    /// </summary>
    public double ShareSince(Waiting before)
    {
        // A thread that has ended takes its waiting along: no share is above one.
        double ran = Running - before.Running, queued = Math.Max(0, Queued - before.Queued);
        return ran + queued > MinWanted * (Seconds - before.Seconds) ? ran / (ran + queued) : double.NaN;
    }

    private static double ReadQueued()
    {
        if (!OperatingSystem.IsLinux())
            return double.NaN;
        double nanoseconds = 0;
        try
        {
            foreach (string task in Directory.EnumerateDirectories("/proc/self/task"))
                nanoseconds += ReadQueued(Path.Combine(task, "schedstat"));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return double.NaN;
        }
        return nanoseconds / 1e9;
    }

    // Nanoseconds on a processor, nanoseconds waiting for one, turns.
    private static double ReadQueued(string path)
    {
        try
        {
            return File.ReadAllText(path).Split(' ') is [_, var queued, ..]
                && double.TryParse(queued, CultureInfo.InvariantCulture, out double value)
                ? value : double.NaN;
        }
        catch (IOException) when (Directory.Exists("/proc/self/task"))
        {
            return 0; // the thread has ended meanwhile
        }
    }
}
