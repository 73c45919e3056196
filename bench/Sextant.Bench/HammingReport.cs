using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Sextant.Kernels;
using Sextant.Search;

namespace Sextant.Bench;

/// <summary>Exact Hamming top-10 over a million codes beside the memory's read bandwidth in the same run.</summary>
internal static unsafe class HammingReport
{
    private const int Codes = 1_000_000;
    private const int Hits = 10;

    public static void Run(int threads)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{KernelSet.Chosen.Hamming.Name}, {Codes} codes, top-{Hits}, {threads} of {Environment.ProcessorCount} threads; effective GB/s: every code once per query"));
        foreach (int bits in new[] { 256, 512, 1024 })
        {
            using BinaryIndex index = Fill(bits, threads);
            foreach (int queries in new[] { 1, 64 })
                Report(index, queries, threads);
        }
    }

    private static void Report(BinaryIndex index, int queries, int threads)
    {
        var query = new byte[queries * index.CodeBytes];
        new Random(7).NextBytes(query);
        var hits = new BinaryHit[queries * Hits];
        index.Search(query, Hits, hits);
        var seconds = new double[7];
        var bandwidths = new double[seconds.Length];
        for (int round = 0; round < seconds.Length; round++)
        {
            bandwidths[round] = threads == 1 ? ReadBandwidth.Measure(60) : double.NaN;
            int calls = 0;
            long start = Stopwatch.GetTimestamp();
            do
            {
                index.Search(query, Hits, hits);
                calls++;
            }
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 120);
            seconds[round] = Stopwatch.GetElapsedTime(start).TotalSeconds / calls;
        }
        Array.Sort(seconds);
        Array.Sort(bandwidths);
        double speed = (double)Codes * index.CodeBytes * queries / seconds[3] / 1e9;
        string share = threads == 1 && queries == 1
            ? string.Create(CultureInfo.InvariantCulture, $"{speed / bandwidths[3],6:P0} of {bandwidths[3]:F1} GB/s read")
            : "";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{index.Bits,5} bits {queries,3} queries  median {queries / seconds[3],8:F0} q/s {speed,7:F1} GB/s  best {queries / seconds[0],8:F0} q/s  {share}"));
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

    /// <summary>What one thread reads from memory: the ceiling of a scan by one query.</summary>
    private static class ReadBandwidth
    {
        private const nuint Bytes = 256 << 20;
        private static byte* s_memory;

        /// <summary>GB/s over about <paramref name="milliseconds"/>.</summary>
        public static double Measure(int milliseconds)
        {
            if (s_memory == null)
            {
                s_memory = (byte*)NativeMemory.AlignedAlloc(Bytes, 2 << 20);
                new Span<byte>(s_memory, (int)Bytes).Fill(1);
            }
            long start = Stopwatch.GetTimestamp();
            long passes = 0;
            ulong sink = 0;
            do
            {
                sink += Read(s_memory, s_memory + Bytes);
                passes++;
            }
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < milliseconds);
            double speed = passes * (double)Bytes / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
            return sink == 1 ? double.NaN : speed;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static ulong Read(byte* start, byte* end)
        {
            Vector512<ulong> a = Vector512<ulong>.Zero, b = a, c = a, d = a;
            for (byte* at = start; at < end; at += 256)
            {
                a ^= Vector512.Load((ulong*)at);
                b ^= Vector512.Load((ulong*)(at + 64));
                c ^= Vector512.Load((ulong*)(at + 128));
                d ^= Vector512.Load((ulong*)(at + 192));
            }
            return Vector512.Sum(a ^ b ^ c ^ d);
        }
    }
}
