using System.Diagnostics;
using System.Globalization;
using Sextant.Kernels;
using Sextant.Measurement.Models;
using Sextant.Measurement.Sampling;
using Sextant.Runtime;

namespace Sextant.Bench.Checks;

/// <summary>
/// The clockwork of <c>sextant bench</c> against a plain loop with a stopwatch, which shares no timing code with it: the two
/// take turns on the same work, and the medians must agree within five percent.
/// </summary>
internal static unsafe class Agreement
{
    private const int Turns = 9;
    private const double Limit = 0.05;

    public static int Run(string root)
    {
        int failed = 0;
        foreach ((int rows, int outputs, int inputs) in new[] { (8, 384, 384), (32, 384, 384), (128, 1536, 384), (128, 384, 1536) })
        {
            using var product = new Product(rows, outputs, inputs);
            failed += Compare(FormattableString.Invariant($"gemm ({rows},{outputs},{inputs})"), product, product.Run);
        }
        string folder = SyntheticModel.MiniLm.Write(root, "f32");
        using EmbeddingModel model = EmbeddingModel.Load(folder, new() { Pooling = "mean", Normalize = true, Threads = 1 });
        foreach ((int sequences, int tokens) in new[] { (1, 8), (1, 32), (1, 128), (8, 32) })
        {
            TokenSequence[] batch = ModelInputs.Sequences(sequences, tokens, model.Card.VocabularySize);
            var vectors = new float[sequences * model.Dimensions];
            failed += Compare(
                FormattableString.Invariant($"minilm {sequences}x{tokens}"), new PassSubject([model], batch), () => model.EmbedTokens(batch, vectors));
        }
        Console.WriteLine(failed == 0 ? "all agree within 5 %" : $"{failed} differ by more than 5 %");
        return failed == 0 ? 0 : 1;
    }

    private static int Compare(string name, Subject subject, Action run)
    {
        using ProcessorPin pin = ProcessorPin.ToLast();
        var plan = new SamplingPlan(1, 0.05, 0.3);
        var ours = new double[Turns];
        var plain = new double[Turns];
        for (int turn = 0; turn < Turns; turn++)
        {
            ours[turn] = new Sampler(plan).Measure([subject])[0].Median;
            plain[turn] = Plain(run);
        }
        Array.Sort(ours);
        Array.Sort(plain);
        double difference = ours[Turns / 2] / plain[Turns / 2] - 1;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name,-20} sampler {ours[Turns / 2] * 1e6,10:F2} µs   plain {plain[Turns / 2] * 1e6,10:F2} µs   {difference,7:P1}"));
        return Math.Abs(difference) <= Limit ? 0 : 1;
    }

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
        while (whole.Elapsed.TotalSeconds < 0.1 || times.Count < 5)
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
            long[] sizes = [(long)rows * inputs, (long)rows * outputs, outputs + 16, GemmArguments.ScratchLength(inputs), panels];
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
