using System.Diagnostics;
using System.Globalization;
using Sextant.Measurement.Models;
using Sextant.Measurement.Peaks;

namespace Sextant.Bench.Peers;

/// <summary>
/// Our encoder and ONNX Runtime's on the same weights, the same ids and the same processors, in turns. Quoted are the
/// median over rounds of their time in a round over ours in it, so that a slow minute of the machine hits both, and the
/// best pass of theirs over the best of ours, which a busy machine disturbs least.
/// </summary>
internal static class PeerReport
{
    private const int Rounds = 7;
    private const double BlockSeconds = 0.08;

    // Copies of the model on each side, used in turn: a pass finds its weights in memory, not in the cache.
    private const int Copies = 4;

    // f32 on both sides in different orders of summation: far below this when both compute the same model.
    private const double Agreement = 1e-3;

    private static readonly (int Sequences, int Tokens)[] s_shapes = [(1, 8), (1, 16), (1, 32), (1, 128), (32, 128)];

    public static void Run(SyntheticModel shape, int threads, string root)
    {
        if (Environment.ProcessorCount != threads)
        {
            throw new InvalidOperationException(
                $"{Environment.ProcessorCount} processors are allowed; a run with {threads} thread(s) must be pinned "
                + $"to as many, for example: taskset -c 0-{threads - 1} dotnet run …");
        }
        string folder = shape.Write(root, "f32");
        var options = new EmbeddingOptions { Pooling = "mean", Normalize = true, Threads = threads };
        var models = new EmbeddingModel[Copies];
        for (int i = 0; i < Copies; i++)
            models[i] = EmbeddingModel.Load(folder, options);
        // Their sessions have threads of their own, which spin on after a pass and would disturb the next session's:
        // with several threads one session serves all passes (which is kind to them where the cache holds the weights).
        int sessions = threads == 1 ? Copies : 1;
        using var plain = OnnxRuntime.Start(folder, "plain", threads, sessions);
        using var fused = OnnxRuntime.Start(folder, "fused", threads, sessions);
        Console.WriteLine(
            $"{shape.Name} f32, {threads} thread(s), {models[0].Card.Device}; {Rounds} rounds, sides in turns");
        Console.WriteLine(
            "    shape      ours ms [best]    theirs ms [best]  graph, cut  theirs/ours [range] (best)"
            + "   tokens/s  theirs    of peak  theirs  GFLOP/s    differ");
        // The highest that any moment of the run showed: a disturbed measurement must not flatter.
        double peak = 0;
        foreach ((int sequences, int tokens) in s_shapes)
            Report(shape, models, [plain, fused], threads, EncoderReport.Sequences(sequences, tokens), ref peak);
        foreach (EmbeddingModel model in models)
            model.Dispose();
    }

    private static void Report(
        SyntheticModel shape, EmbeddingModel[] models, OnnxRuntime[] peers, int threads, TokenSequence[] batch,
        ref double peak)
    {
        double difference = Difference(shape, models[0], peers, batch);
        var ours = new Ours(models, batch);
        var rivals = new List<Rival>();
        foreach (OnnxRuntime peer in peers)
            rivals.Add(new Rival(peer, batch.Length));
        if (batch.Length > 1)
            rivals.Add(BestSplit(peers, batch.Length));
        ours.WarmUp();
        foreach (Rival rival in rivals)
            rival.WarmUp();
        for (int round = 0; round < Rounds; round++)
        {
            peak = Math.Max(peak, FmaPeak.Measure(0.025) * 1e9 * threads);
            ours.Time();
            foreach (Rival rival in rivals)
                rival.Time();
        }
        // Whole batches first: the better of the two graphs; then the batch cut as suits them best.
        Print(
            shape, batch, peak, ours,
            rivals.Where(rival => rival.Rows == batch.Length).MinBy(rival => rival.Median)!, difference);
        foreach (Rival rival in rivals.Where(rival => rival.Rows < batch.Length))
            Print(shape, batch, peak, ours, rival, difference);
    }

    private static void Print(
        SyntheticModel shape, TokenSequence[] batch, double peak, Ours ours, Rival rival, double difference)
    {
        int tokens = batch[0].Ids.Length;
        double[] ratios = rival.Times.Zip(ours.Times, (theirs, own) => theirs / own).Order().ToArray();
        double ratio = ratios[Rounds / 2];
        string own = Milliseconds(ours), theirs = Milliseconds(rival), run = $"{rival.Peer.Graph}, {rival.Rows}";
        double attainable = shape.Flops(batch.Length, tokens) / peak;
        double count = batch.Length * tokens;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{batch.Length,5}×{tokens,-4} {own,19} {theirs,19}  {run,-10} {ratio,6:F2} "
            + $"[{ratios[0]:F2}–{ratios[^1]:F2}] ({rival.Best / ours.Best:F2}) "
            + $"{count / ours.Median,13:F0} {count / rival.Median,7:F0} {attainable / ours.Best,10:P0} "
            + $"{attainable / rival.Best,7:P0} {peak / 1e9,8:F0} {difference,9:E1}"));
    }

    private static string Milliseconds(Contestant side) =>
        string.Create(CultureInfo.InvariantCulture, $"{side.Median * 1e3:F3} [{side.Best * 1e3:F3}]");

    // The largest difference between hidden states: a speed means nothing before both compute the same.
    private static double Difference(
        SyntheticModel shape, EmbeddingModel model, OnnxRuntime[] peers, TokenSequence[] batch)
    {
        int values = batch[0].Ids.Length * shape.Hidden;
        var ours = new float[batch.Length * values];
        for (int i = 0; i < batch.Length; i++)
            model.HiddenStates(batch[i], shape.Layers, ours.AsSpan(i * values, values));
        double worst = 0;
        foreach (OnnxRuntime peer in peers)
        {
            peer.SetInput(batch);
            float[] theirs = peer.HiddenStates();
            if (theirs.Length != ours.Length)
                throw new InvalidOperationException($"{peer.Graph}: {theirs.Length} values; ours are {ours.Length}.");
            double difference = 0;
            for (int i = 0; i < ours.Length; i++)
                difference = Math.Max(difference, Math.Abs((double)ours[i] - theirs[i]));
            // Written so that NaN fails too.
            if (!(difference <= Agreement))
            {
                throw new InvalidOperationException(
                    $"{peer.Graph}: hidden states differ by {difference}: not the same model.");
            }
            worst = Math.Max(worst, difference);
        }
        return worst;
    }

    // Small runs suit ONNX Runtime better than one large batch: the fastest cut into equal runs, whichever the graph.
    private static Rival BestSplit(OnnxRuntime[] peers, int sequences)
    {
        (double Seconds, OnnxRuntime Peer, int Rows) best = (double.MaxValue, peers[0], 1);
        foreach (OnnxRuntime peer in peers)
        {
            for (int rows = 1; rows < sequences; rows *= 2)
            {
                // Of two passes, because the first finds its memory.
                double seconds = peer.Time(2, rows).Minimum;
                if (seconds < best.Seconds)
                    best = (seconds, peer, rows);
            }
        }
        return new Rival(best.Peer, best.Rows);
    }

    private static int Passes(double seconds) => (int)Math.Clamp(BlockSeconds / seconds, 1, 64);

    /// <summary>Blocks of passes, a time for each round.</summary>
    private abstract class Contestant
    {
        private int _passes = 1;

        public List<double> Times { get; } = [];

        public double Median => Times.Order().ElementAt(Times.Count / 2);

        /// <summary>The fastest pass of all rounds.</summary>
        public double Best { get; private set; } = double.MaxValue;

        public void WarmUp()
        {
            // The first passes find their code and memory; short ones need more of them.
            _passes = Passes(Run(Copies).Median);
            if (_passes > 1)
                _passes = Passes(Run(8 * Copies).Median);
        }

        public void Time()
        {
            // Threads of the other side stop spinning before this side is timed.
            Thread.Sleep(20);
            (double median, double minimum) = Run(_passes);
            Times.Add(median);
            Best = Math.Min(Best, minimum);
        }

        protected abstract (double Median, double Minimum) Run(int passes);
    }

    private sealed class Rival(OnnxRuntime peer, int rows) : Contestant
    {
        public OnnxRuntime Peer => peer;

        public int Rows => rows;

        protected override (double Median, double Minimum) Run(int passes) => peer.Time(passes, rows);
    }

    private sealed class Ours(EmbeddingModel[] models, TokenSequence[] batch) : Contestant
    {
        private readonly float[] _vectors = new float[batch.Length * models[0].Dimensions];
        private int _turn;

        protected override (double Median, double Minimum) Run(int passes)
        {
            var times = new double[passes];
            for (int pass = 0; pass < passes; pass++)
            {
                long start = Stopwatch.GetTimestamp();
                models[_turn++ % models.Length].EmbedTokens(batch, _vectors);
                times[pass] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
            Array.Sort(times);
            return (times[passes / 2], times[0]);
        }
    }
}
