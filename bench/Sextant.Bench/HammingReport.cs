using System.Diagnostics;
using System.Globalization;
using Sextant.Kernels;
using Sextant.Measurement.Peaks;
using Sextant.Search;

namespace Sextant.Bench;

/// <summary>Exact Hamming top-10 over a million codes beside the memory's read bandwidth in the same run.</summary>
internal static class HammingReport
{
    private const int Codes = 1_000_000;
    private const int Hits = 10;

    public static void Run(int threads)
    {
        using var memory = new MemoryPeak(256 << 20);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{KernelSet.Chosen.Hamming.Name}, {Codes} codes, top-{Hits}, {threads} of "
                + $"{Environment.ProcessorCount} threads; effective GB/s: every code once per query"));
        foreach (int bits in new[] { 256, 512, 1024 })
        {
            // A core that others share shows here: alone, it reaches the peak that its data sheet promises.
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"FMA peak of this core now: {FmaPeak.Measure(0.1):F0} GFLOP/s"));
            using BinaryIndex index = Fill(bits, threads);
            foreach (int queries in new[] { 1, 64 })
                Report(index, queries, threads, memory);
        }
    }

    private static void Report(BinaryIndex index, int queries, int threads, MemoryPeak memory)
    {
        var query = new byte[queries * index.CodeBytes];
        new Random(7).NextBytes(query);
        var hits = new BinaryHit[queries * Hits];
        index.Search(query, Hits, hits);
        var seconds = new double[7];
        var processor = new double[seconds.Length];
        var bandwidths = new double[seconds.Length];
        for (int round = 0; round < seconds.Length; round++)
        {
            bandwidths[round] = threads == 1 ? memory.Measure(MemoryAccess.Read, 0.06) : double.NaN;
            int calls = 0;
            TimeSpan used = Environment.CpuUsage.TotalTime;
            long start = Stopwatch.GetTimestamp();
            do
            {
                index.Search(query, Hits, hits);
                calls++;
            }
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 120);
            seconds[round] = Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
            processor[round] = (Environment.CpuUsage.TotalTime - used).TotalSeconds / calls;
        }
        Array.Sort(seconds);
        Array.Sort(processor);
        Array.Sort(bandwidths);
        double speed = (double)Codes * index.CodeBytes * queries / seconds[3] / 1e9;
        string share = threads == 1 && queries == 1
            ? string.Create(CultureInfo.InvariantCulture,
                $"{speed / bandwidths[3],6:P0} of {bandwidths[3]:F1} GB/s read")
            : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{index.Bits,5} bits {queries,3} queries  median {queries / seconds[3],8:F0} q/s {speed,7:F1} GB/s "
                + $" best {queries / seconds[0],8:F0} q/s  per processor second {queries / processor[3],8:F0} q "
                    + $" {share}"));
    }

    private static BinaryIndex Fill(int bits, int threads)
    {
        var index = new BinaryIndex(bits, threads);
        var random = new Random(bits);
        var codes = new byte[10_000 * index.CodeBytes];
        for (int i = 0; i < Codes; i += 10_000)
        {
            random.NextBytes(codes);
            index.Add(codes);
        }
        return index;
    }
}
