using System.Diagnostics;
using System.Globalization;
using Sextant.Kernels;
using Sextant.Measurement.Models;
using Sextant.Measurement.Sampling;
using Sextant.Runtime;

namespace Sextant.Bench.Checks;

/// <summary>
/// The clockwork of <c>sextant bench</c> against a plain loop with a stopwatch, which shares no timing code with it:
/// the two take turns on the same work, and the medians must agree within five percent.
/// </summary>
internal static unsafe class Agreement
{
    private const int Turns = 9;
    private const double Limit = 0.05;
    private const double PlainSeconds = 0.1;

    // Where the same loop differs from itself by this much, it says nothing of another; that is no agreement either.
    private const double MostSpread = 0.2;

    public static int Run(string root)
    {
        int failed = 0;
        foreach ((int rows, int outputs, int inputs) in new[] { (8, 384, 384), (32, 384, 384), (128, 1536, 384), (128, 384, 1536) })
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
        using ProcessorPin pin = ProcessorPin.ToLast();
        // As long as the plain loop: with blocks of 50 ms a pass of 20 ms would have a median of two runs against its
        // five.
        var plan = new SamplingPlan(1, PlainSeconds, 0.3);
        var ours = new double[Turns];
        var plain = new double[Turns];
        for (int turn = 0; turn < Turns; turn++)
        {
            // Every second turn in reverse: neither side always finds what the other has left of caches and clock.
            if (turn % 2 == 1)
                plain[turn] = Plain(run);
            ours[turn] = new Sampler(plan).Measure([subject])[0].Median;
            if (turn % 2 == 0)
                plain[turn] = Plain(run);
        }
        // Of each turn, whose two sides are neighbours in time: a machine that slows down for a second moves both.
        double[] ratios = [.. ours.Zip(plain, (one, other) => one / other).Order()];
        double difference = ratios[Turns / 2] - 1;
        Array.Sort(ours);
        Array.Sort(plain);
        bool isQuiet = Math.Min(Spread(ours), Spread(plain)) <= MostSpread;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-20} sampler {ours[Turns / 2] * 1e6,10:F2} µs {Spread(ours),5:P0}   plain {plain[Turns / 2] * 1e6,10:F2} µs "
            + $"{Spread(plain),5:P0}   {difference,7:P1}{(isQuiet ? "" : "   undecided: the machine itself moved by more")}"));
        return isQuiet && Math.Abs(difference) <= Limit ? 0 : 1;
    }

    // From the second turn to the last but one: what the machine itself moved by.
    private static double Spread(double[] sorted) => sorted[^2] / sorted[1] - 1;

    // Each run by itself where it is long enough for the clock, else ten together; the median.
    private static double Plain(Action run)
    {
        for (int i = 0; i < 20; i++)
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
        times.Sort();
        return times[times.Count / 2];
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
