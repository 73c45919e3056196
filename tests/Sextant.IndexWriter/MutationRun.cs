using System.Globalization;
using Sextant.Codes;

namespace Sextant.IndexWriting;

/// <summary>The long proof: so many changed indexes, none of which takes ten seconds or a gigabyte.</summary>
internal static class MutationRun
{
    private const int MaxSeconds = 10;
    private const long MaxKilobytes = 1 << 20;

    /// <summary>Runs it and says what was reached; the exit code is 0 where nothing went wrong.</summary>
    public static int Run(int count, int seed, string root)
    {
        VectorCode[] codes =
        [
            VectorCode.Binary, VectorCode.ResidualBinary, VectorCode.Product, VectorCode.RaBitQ, VectorCode.Int8,
            VectorCode.Float32, VectorCode.Float16, VectorCode.BFloat16,
        ];
        int done = 0, wrong = 0, last = -1;
        using var watch = new Timer(_ =>
        {
            int now = Volatile.Read(ref done);
            if (now == last && now < count)
            {
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"seed {seed + now}: not done in {MaxSeconds} seconds"));
                Environment.Exit(1);
            }
            last = now;
        }, null, TimeSpan.FromSeconds(MaxSeconds), TimeSpan.FromSeconds(MaxSeconds));
        int accepted = 0, refused = 0;
        TimeSpan longest = TimeSpan.Zero;
        for (int i = 0; i < codes.Length; i++)
        {
            string folder = Path.Combine(root, codes[i].ToString());
            var mutations = new IndexMutations(folder, codes[i]);
            while (done < (long)count * (i + 1) / codes.Length)
            {
                if (mutations.Try(seed + done) is { } problem)
                {
                    wrong++;
                    Console.Error.WriteLine($"{codes[i]}, {problem}");
                }
                Volatile.Write(ref done, done + 1);
            }
            accepted += mutations.Accepted;
            refused += mutations.Refused;
            longest = mutations.Longest > longest ? mutations.Longest : longest;
            Directory.Delete(folder, recursive: true);
        }
        long peak = PeakKilobytes();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{done} changed indexes, seeds from {seed}: {refused} refused by type, {accepted} read, {wrong} wrong; "
            + $"longest {longest.TotalSeconds:F2} s, peak of the process {peak >> 10} MB"));
        return wrong == 0 && longest.TotalSeconds < MaxSeconds && peak < MaxKilobytes ? 0 : 1;
    }

    // The most memory that the process ever had, and so no change took more.
    private static long PeakKilobytes()
    {
        const string Name = "VmHWM:", Status = "/proc/self/status";
        string? line = File.Exists(Status)
            ? File.ReadLines(Status).FirstOrDefault(one => one.StartsWith(Name, StringComparison.Ordinal))
            : null;
        return line is null ? 0 : long.Parse(line[Name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
