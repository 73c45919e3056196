using System.Diagnostics;
using System.Globalization;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Measurement.Machines;
using Sextant.Search;

namespace Sextant.Bench;

/// <summary>A million codes of 1024 bits on disk: how long opening takes, and what comes into memory.</summary>
internal static class IndexReport
{
    private const int Codes = 1_000_000;
    private const int Bits = 1024;
    private const int Rounds = 9;

    public static void Run(string root)
    {
        MachineFacts machine = MachineFacts.Read();
        Console.WriteLine("Sextant.Bench index");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{machine.Processor}, {machine.Processors} processors, {BuildFacts.Read().Runtime}; {DateTime.UtcNow:yyyy-MM-dd}"));
        Console.WriteLine();
        string path = Path.Combine(root, "index-1m-1024");
        if (!File.Exists(Path.Combine(path, "manifest")))
            Write(path);
        using (IndexReader reader = IndexReader.Open(path)) // what compiling costs is not what opening costs
        {
            IndexStatistics now = reader.Statistics();
            Say("on disk", $"{reader.Count} codes in {now.Segments} segments, {now.Bytes / 1e6:F1} MB");
        }

        double[] milliseconds = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using IndexReader one = IndexReader.Open(path);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(milliseconds);
        Say(
            "opening",
            $"median {milliseconds[Rounds / 2]:F2} ms, best {milliseconds[0]:F2}, worst {milliseconds[^1]:F2}");

        long before = Resident();
        using IndexReader open = IndexReader.Open(path);
        Say("resident after opening", $"{(Resident() - before) / 1e6:F2} MB more");
        _ = open.Key(Codes / 2);
        Say("after one key", $"{(Resident() - before) / 1e6:F2} MB more");
        float[] query = new float[Bits];
        for (int i = 0; i < Bits; i++)
            query[i] = i % 3 - 1;
        var hits = new Hit[10];
        long first = Stopwatch.GetTimestamp();
        open.Search(query, hits);
        Say("first search", $"{Stopwatch.GetElapsedTime(first).TotalMilliseconds:F1} ms, checksums included");
        Say("after a search", $"{(Resident() - before) / 1e6:F2} MB more");
        for (int i = 0; i < Rounds; i++)
        {
            long start = Stopwatch.GetTimestamp();
            open.Search(query, hits);
            milliseconds[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }
        Array.Sort(milliseconds);
        Say("later searches", $"median {milliseconds[Rounds / 2]:F2} ms on {Environment.ProcessorCount} threads");
    }

    private static void Write(string path)
    {
        using VectorIndex writer = VectorIndex.Create(
            path, new IndexDefinition { Dimensions = Bits, Code = VectorCode.Binary, Rescore = null });
        var random = new Random(1);
        byte[] bytes = new byte[Bits];
        for (int i = 0; i < Codes; i++)
        {
            float[] vector = new float[Bits];
            random.NextBytes(bytes);
            for (int j = 0; j < Bits; j++)
                vector[j] = bytes[j] - 127.5f;
            string key = string.Create(CultureInfo.InvariantCulture, $"document {i}");
            writer.Upsert(new IndexDocument { Key = key, Vectors = vector });
        }
        writer.Commit();
    }

    private static long Resident()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private static void Say(string what, FormattableString value) =>
        Console.WriteLine($"{what,-24}{value.ToString(CultureInfo.InvariantCulture)}");
}
