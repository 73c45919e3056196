using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Sextant.Peers;

/// <summary>All contestants on one batch, in turns.</summary>
internal static partial class Duel
{
    private const int MinRounds = 9;

    /// <summary>
    /// Whether passes are timed by what the calling thread has computed, so that a busy machine counts less: both sides
    /// compute on it where one thread is all they may have.
    /// </summary>
    public static bool IsThreadTime => Environment.ProcessorCount == 1 && OperatingSystem.IsLinux();

    /// <summary>Milliseconds of one pass.</summary>
    public static double Time(IContestant contestant)
    {
        double start = Now();
        contestant.Run();
        return Now() - start;
    }

    private static double Now()
    {
        if (!IsThreadTime)
            return Stopwatch.GetTimestamp() * 1e3 / Stopwatch.Frequency;
        const int ThreadClock = 3;
        Span<long> time = stackalloc long[2];
        return ReadClock(ThreadClock, time) == 0 ? (time[0] * 1e3) + (time[1] * 1e-6) : double.NaN;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, Span<long> time);

    /// <summary>
    /// A row of the table: lower quartiles (what others do on the machine only adds), cosines to the first contestant,
    /// ratios.
    /// </summary>
    public static string Run(IContestant[] all, int sequences, int tokens, double seconds)
    {
        var random = new Random(1);
        var batch = new TokenSequence[sequences];
        for (int s = 0; s < sequences; s++)
            batch[s] = new TokenSequence(Enumerable.Range(0, tokens).Select(_ => random.Next(1000, 30000)).ToArray());
        foreach (IContestant one in all)
        {
            one.Prepare(batch);
            one.Run();
        }
        float[] exact = all[0].Vectors();
        double[] cosines = Array.ConvertAll(all, one => Cosine(exact, one.Vectors(), sequences));
        var times = Array.ConvertAll(all, _ => new List<double>());
        var clock = Stopwatch.StartNew();
        for (int round = 0; round < MinRounds || clock.Elapsed.TotalSeconds < seconds; round++)
        {
            for (int i = 0; i < all.Length; i++)
            {
                // Each has another before it in every round, whose data are in the caches.
                int at = (i + round) % all.Length;
                times[at].Add(Time(all[at]));
            }
        }
        double[] quartiles = Array.ConvertAll(times, LowerQuartile);
        int ours = Array.FindIndex(all, one => one.IsInt8);
        double theirs = Enumerable.Range(ours + 1, all.Length - ours - 1).Where(i => all[i].IsInt8)
            .Min(i => quartiles[i]);
        string cells = string.Join(" | ", Enumerable.Range(0, all.Length).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"{quartiles[i]:F3} ({cosines[i]:F4})")));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {sequences}×{tokens} | {cells} | {quartiles[0] / quartiles[ours]:F2} | "
            + $"{theirs / quartiles[ours]:F2} |");
    }

    /// <summary>The processor's name.</summary>
    public static string Processor()
    {
        const string File = "/proc/cpuinfo";
        string? line = System.IO.File.Exists(File)
            ? System.IO.File.ReadLines(File)
                .FirstOrDefault(one => one.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? "processor";
    }

    private static double LowerQuartile(List<double> values)
    {
        values.Sort();
        return values[values.Count / 4];
    }

    // The least over a batch's texts.
    private static double Cosine(float[] left, float[] right, int sequences)
    {
        int width = left.Length / sequences;
        double least = 1;
        for (int s = 0; s < sequences; s++)
        {
            double products = 0;
            for (int i = 0; i < width; i++)
                products += (double)left[(s * width) + i] * right[(s * width) + i];
            least = Math.Min(least, products);
        }
        return least;
    }
}
