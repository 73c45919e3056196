using System.Diagnostics;
using System.Globalization;
using Sextant.Kernels;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Models;
using Sextant.Measurement.Sampling;
using Sextant.Runtime;

namespace Sextant.Bench.Checks;

/// <summary>
/// The clockwork of <c>sextant bench</c> against a plain loop with a stopwatch, which shares no timing code with it:
/// the two take turns on the same work, and the median of the turns' ratios must be within five percent of one.
/// </summary>
/// <remarks>
/// A turn's two sides are neighbours in time, so that a machine that slows down for a second moves both. Turns go on
/// until the interval of the median lies within the limit, or wholly outside: noise makes it take longer, not fail.
/// </remarks>
internal static unsafe class Agreement
{
    private const int MinTurns = 11;
    private const int MaxTurns = 75;
    private const double Limit = 0.05;
    private const double PlainSeconds = 0.1;

    // As long as the plain loop: in blocks of 50 ms a pass of 20 ms would have a median of two runs against its five.
    private static readonly SamplingPlan s_plan = new(1, PlainSeconds, 0.1);

    // Standard deviations of a normal distribution that hold 99 %: the interval is looked at again and again.
    private const double Confidence = 2.576;

    public static int Run(string root)
    {
        int failed = 0;
        (int Rows, int Outputs, int Inputs)[] products =
            [(8, 384, 384), (32, 384, 384), (128, 1536, 384), (128, 384, 1536)];
        foreach ((int rows, int outputs, int inputs) in products)
        {
            using var product = new Product(rows, outputs, inputs);
            failed += Compare(FormattableString.Invariant($"gemm ({rows},{outputs},{inputs})"), product, product.Run);
        }
        string folder = SyntheticModel.MiniLm.Write(root, "f32");
        using EmbeddingModel model = EmbeddingModel.Load(
            folder, new() { Pooling = "mean", Normalize = true, Threads = 1 });
        foreach ((int sequences, int tokens) in new[] { (1, 8), (1, 32), (1, 128), (8, 32) })
        {
            TokenSequence[] batch = ModelInputs.Sequences(sequences, tokens, model.Card.VocabularySize);
            var vectors = new float[sequences * model.Dimensions];
            failed += Compare(
                FormattableString.Invariant($"minilm {sequences}x{tokens}"), new PassSubject([model], batch), () =>
                    model.EmbedTokens(batch, vectors));
        }
        Console.WriteLine(failed == 0 ? "all agree within 5 %" : $"{failed} differ by more than 5 %, or are undecided");
        return failed == 0 ? 0 : 1;
    }

    private static int Compare(string name, Subject subject, Action run)
    {
        using ProcessorPin pin = ProcessorPin.To(QuietProcessor.Find(ProcessorPin.Allowed()).Processor);
        List<double> ours = [], plain = [], ratios = [];
        (double Low, double High) interval = default;
        string verdict = "undecided: the machine moves too much";
        for (int turn = 0; turn < MaxTurns; turn++)
        {
            // Every second turn in reverse: neither side always finds what the other has left of caches and clock.
            if (turn % 2 == 1)
                plain.Add(Plain(run));
            ours.Add(new Sampler(s_plan).Measure([subject])[0].Median);
            if (turn % 2 == 0)
                plain.Add(Plain(run));
            ratios.Add(ours[^1] / plain[^1]);
            interval = Interval(ratios);
            if (turn + 1 < MinTurns || turn % 2 == 0)
                continue;
            if (interval.Low >= 1 - Limit && interval.High <= 1 + Limit)
                verdict = "agree";
            else if (interval.High < 1 - Limit || interval.Low > 1 + Limit)
                verdict = "DIFFER";
            else
                continue;
            break;
        }
        Console.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-20} sampler {Median(ours) * 1e6,10:F2} µs   plain {Median(plain) * 1e6,10:F2} µs   "));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Median(ratios) - 1,7:P1} ({interval.Low - 1:P1} to {interval.High - 1:P1}, {ratios.Count} turns)   "
            + $"{verdict}"));
        return verdict == "agree" ? 0 : 1;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // The median lies between the order statistics at n/2 ± z·√n/2 (sign test, normal approximation).
    private static (double Low, double High) Interval(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        int n = sorted.Length;
        int low = (int)Math.Floor(n / 2.0 - Confidence * Math.Sqrt(n) / 2) - 1;
        return low < 0 ? (double.NegativeInfinity, double.PositiveInfinity) : (sorted[low], sorted[n - 1 - low]);
    }

    // Each run by itself where it is long enough for the clock, else ten together; the median.
    private static double Plain(Action run)
    {
        for (int i = 0; i < 5; i++)
            run();
        var watch = Stopwatch.StartNew();
        run();
        int together = watch.Elapsed.TotalSeconds > 200e-6 ? 1 : 10;
        var times = new List<double>();
        var whole = Stopwatch.StartNew();
        while (whole.Elapsed.TotalSeconds < PlainSeconds || times.Count < 5)
        {
            watch.Restart();
            for (int i = 0; i < together; i++)
                run();
            times.Add(watch.Elapsed.TotalSeconds / together);
        }
        return Median(times);
    }

    // A product of its own memory and data, so that not even the case is shared.
    private sealed class Product : Subject
    {
        private readonly NativeBlock _memory;
        private readonly GemmArguments _arguments;
        private readonly Kernel<GemmArguments> _kernel = KernelSet.Chosen.Gemm.Run;

        public Product(int rows, int outputs, int inputs)
        {
            long panels = PackedMatrix.PanelBytes(StoredType.F32, outputs, inputs) / sizeof(float);
            long[] sizes = [(long)rows * inputs, (long)rows * outputs, outputs + 16,
                GemmArguments.ScratchLength(inputs), panels];
            _memory = new NativeBlock(sizes.Sum(size => (size + 16) / 16 * 16) * sizeof(float));
            var at = (float*)_memory.Pointer;
            var parts = new float*[sizes.Length];
            var random = new Random(1);
            for (int i = 0; i < sizes.Length; i++)
            {
                parts[i] = at;
                for (long j = 0; j < sizes[i]; j++)
                    at[j] = random.NextSingle() - 0.5f;
                at += (sizes[i] + 16) / 16 * 16;
            }
            _arguments = new GemmArguments
            {
                X = parts[0],
                XStride = inputs,
                Rows = rows,
                Weight = new PackedMatrix((byte*)parts[4], StoredType.F32, outputs, inputs, parts[2]),
                EndPanel = (outputs + PackedMatrix.PanelWidth - 1) / PackedMatrix.PanelWidth,
                Y = parts[1],
                YStride = outputs,
                Scratch = parts[3],
            };
        }

        public override void Run() => _kernel(_arguments);

        public override void Dispose() => _memory.Dispose();
    }
}
