using System.Diagnostics;

namespace Sextant.Measurement.Models;

/// <summary>
/// Texts that arrive at random moments (Poisson), served by one loop that takes all that wait, 32 at most, as a batch.
/// A text's latency is from its arrival until its vector is there, waiting included.
/// </summary>
internal sealed class ArrivingTexts(EmbeddingModel model, TokenSequence[] texts)
{
    private const int MaxInBatch = 32;
    private readonly float[] _vectors = new float[MaxInBatch * model.Dimensions];

    /// <summary>
    /// Latencies of the texts that arrive within <paramref name="seconds"/> at a rate, in order of arrival.
    /// </summary>
    public List<double> Run(double textsPerSecond, double seconds, int seed)
    {
        var random = new Random(seed);
        var arrivals = new List<double>();
        for (double at = 0; ; arrivals.Add(at))
        {
            at += -Math.Log(1 - random.NextDouble()) / textsPerSecond;
            if (at > seconds && arrivals.Count > 0)
                break;
        }
        var latencies = new List<double>(arrivals.Count);
        var batch = new List<TokenSequence>(MaxInBatch);
        long start = Stopwatch.GetTimestamp();
        for (int next = 0; next < arrivals.Count;)
        {
            double now = Stopwatch.GetElapsedTime(start).TotalSeconds;
            double wait = arrivals[next] - now;
            if (wait > 0)
            {
                // A sleep comes back late by some 60 µs: the last part of the wait is spun.
                if (wait > 0.0015)
                    Thread.Sleep(TimeSpan.FromSeconds(wait - 0.001));
                else
                    Thread.SpinWait(20);
                continue;
            }
            batch.Clear();
            for (int i = next; i < arrivals.Count && arrivals[i] <= now && batch.Count < MaxInBatch; i++)
                batch.Add(texts[i % texts.Length]);
            model.EmbedTokens(batch, _vectors);
            double done = Stopwatch.GetElapsedTime(start).TotalSeconds;
            for (int i = 0; i < batch.Count; i++)
                latencies.Add(done - arrivals[next + i]);
            next += batch.Count;
        }
        return latencies;
    }
}
