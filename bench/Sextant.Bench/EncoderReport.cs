using System.Diagnostics;
using System.Globalization;
using Sextant.Measurement.Models;
using Sextant.Measurement.Peaks;

namespace Sextant.Bench;

/// <summary>Whole passes of an encoder beside the FMA peak of the same run, weights cold each pass.</summary>
internal static class EncoderReport
{
    private const int Rounds = 9;

    public static void Run(SyntheticModel shape, string type, int threads, string root)
    {
        string folder = shape.Write(root, type);
        // Several copies in turn: each pass finds its weights in memory, not in the cache.
        var models = new EmbeddingModel[4];
        for (int i = 0; i < models.Length; i++)
            models[i] = EmbeddingModel.Load(folder, new EmbeddingOptions { Pooling = "mean", Normalize = true, Threads = threads });
        Console.WriteLine($"{shape.Name} {type}, {threads} thread(s), {models[0].Card.Device}; medians of {Rounds} rounds");
        foreach ((int sequences, int tokens) in new[] { (1, 8), (1, 16), (1, 32), (1, 128), (1, 512), (32, 128), (128, 32) })
            Report(shape, models, threads, sequences, tokens);
        foreach (EmbeddingModel model in models)
            model.Dispose();
    }

    private static void Report(SyntheticModel shape, EmbeddingModel[] models, int threads, int sequences, int tokens)
    {
        TokenSequence[] batch = Sequences(sequences, tokens);
        var vectors = new float[sequences * models[0].Dimensions];
        var times = new double[Rounds];
        var shares = new double[Rounds];
        double flops = shape.Flops(sequences, tokens);
        for (int i = 0; i < 2 * models.Length; i++)
            models[i % models.Length].EmbedTokens(batch, vectors);
        _ = Seconds(models, batch, vectors, flops, 1e9);
        FmaPeak.Measure(0.001);
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < Rounds; round++)
        {
            double peak = FmaPeak.Measure(0.025) * 1e9 * threads;
            times[round] = Seconds(models, batch, vectors, flops, peak);
            shares[round] = flops / times[round] / peak;
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(times);
        Array.Sort(shares);
        double median = times[Rounds / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{sequences,4}×{tokens,-4} {median * 1e3,9:F3} ms [best {times[0] * 1e3:F3}]  {sequences * tokens / median,8:F0} tokens/s  {shares[Rounds / 2],6:P1} of FMA peak  {allocated} B allocated"));
    }

    // Seconds of one pass: the median over passes that fill about 80 ms.
    private static double Seconds(EmbeddingModel[] models, TokenSequence[] batch, float[] vectors, double flops, double peak)
    {
        int passes = (int)Math.Clamp(0.08 * peak / flops, 1, 64);
        Span<double> times = stackalloc double[passes];
        for (int pass = 0; pass < passes; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            models[pass % models.Length].EmbedTokens(batch, vectors);
            times[pass] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        times.Sort();
        return times[passes / 2];
    }

    /// <summary>Random ids, the same for every program that is compared.</summary>
    public static TokenSequence[] Sequences(int count, int tokens)
    {
        var random = new Random(3);
        var batch = new TokenSequence[count];
        for (int i = 0; i < count; i++)
        {
            var ids = new int[tokens];
            for (int t = 0; t < tokens; t++)
                ids[t] = random.Next(1000, 30000);
            batch[i] = new TokenSequence(ids);
        }
        return batch;
    }
}
