using System.Diagnostics;
using System.Globalization;
using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Peaks;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;
using Sextant.Measurement.Statistics;
using Sextant.Tokens;

namespace Sextant.Measurement.Models;

/// <summary>
/// Whole models: a grid of batches, MLPerf's scenarios, ops, tokenizer, cold start, parity with exact mode.
/// </summary>
internal sealed class ModelBench(MeasureContext context, ModelChoice choice)
{
    private static readonly (int, int)[] s_quickGrid = [(1, 8), (1, 32), (1, 128), (16, 32)];
    private static readonly (int, int)[] s_grid = [(1, 8), (1, 16), (1, 32), (1, 128), (1, 512), (8, 32), (32, 128),
        (128, 32)];
    private readonly List<BenchRow> _rows = [];
    private Roofline? _roofline;

    public List<BenchRow> Run()
    {
        foreach (LoadedShape shape in choice.Models)
        {
            foreach (Precision precision in choice.Precisions)
            {
                foreach (int threads in choice.Threads)
                    Measure(shape, precision, threads);
                if (choice.Wants("ColdStart") && choice.Self is { } self)
                    Cold(shape, precision, self);
            }
            if (choice.Wants("Tokenizer"))
                Tokenize(shape);
        }
        return _rows;
    }

    private void Measure(LoadedShape shape, Precision precision, int threads)
    {
        context.Say($"{shape.Name}, {Text(precision)}, {threads} thread(s): loading");
        EmbeddingModel[] copies = Load(shape, precision, threads);
        try
        {
            // One thread stays on its processor; several are the system's to place.
            using ProcessorPin? pin = threads == 1 && choice.On.IsProcessor ? context.Pin() : null;
            var run = new ModelRun(shape, precision, threads, copies, Parity(shape, precision, threads, copies[0]));
            if (choice.Wants("Grid"))
                Grid(run);
            if (choice.Wants("SingleStream"))
                Stream(run, "SingleStream", 1, [8, 32, 128, 512]);
            if (choice.Wants("MultiStream"))
                Stream(run, "MultiStream", 8, [32, 128]);
            if (choice.Wants("Offline") || choice.Wants("Server"))
                OfflineAndServer(run);
            if (choice.Wants("Ops"))
                Ops(run);
        }
        finally
        {
            foreach (EmbeddingModel copy in copies)
                copy.Dispose();
        }
    }

    // As many copies as two last caches hold weights, so that each pass finds its own in memory.
    private EmbeddingModel[] Load(LoadedShape shape, Precision precision, int threads)
    {
        EmbeddingModel first = shape.Load(choice.On.Device, precision, threads);
        long weights = Math.Max(1, first.Card.PackedBytes);
        long wanted = choice.On.IsProcessor ? 2 * context.Machine.LastCacheBytes / weights + 1 : 1;
        long most = Math.Max(1, Math.Min(context.IsQuick ? 4 : 12, context.Machine.MemoryBytes / 8 / weights));
        var copies = new EmbeddingModel[Math.Clamp(wanted, 1, most)];
        copies[0] = first;
        for (int i = 1; i < copies.Length; i++)
            copies[i] = shape.Load(choice.On.Device, precision, threads);
        return copies;
    }

    private void Grid(ModelRun run)
    {
        (int Sequences, int Tokens)[] grid = Fitting(run);
        var subjects = Array.ConvertAll(grid, cell => new PassSubject(
            run.Copies, ModelInputs.Sequences(cell.Sequences, cell.Tokens, run.Model.Card.VocabularySize)));
        context.Say(string.Create(
            CultureInfo.InvariantCulture, $"{run.Shape.Name}: {grid.Length} batches in {context.Plan.Rounds} rounds"));
        using var counter = new WorkCounter(run, choice.On.Device);
        var arithmetic = new double[context.Plan.Rounds];
        Samples[] samples = context.Sampler.Measure(subjects, round => arithmetic[round] = context.Calibrate());
        for (int i = 0; i < grid.Length; i++)
        {
            (double flops, double bytes) = counter.Count(subjects[i].Batch);
            List<KeyValuePair<string, double>> metrics =
            [
                new("tokens_per_second", subjects[i].Tokens / samples[i].Median),
                new("texts_per_second", grid[i].Sequences / samples[i].Median),
                new("gflops", flops / samples[i].Median / 1e9),
            ];
            if (choice.On.IsProcessor)
            {
                metrics.Add(new("roofline", Quantile.Median([.. samples[i].Rounds.Select((seconds, round) =>
                    Ceiling.LeastSeconds(flops, bytes, long.MaxValue, arithmetic[round] * run.Threads) / seconds)])));
            }
            metrics.Add(new("bytes_allocated", samples[i].BytesAllocated));
            Add(run, "Grid", samples[i].Rounds, metrics, samples[i].IsStable, subjects[i].IsWritten(),
                [new("batch", Text(grid[i].Sequences)), new("tokens", Text(grid[i].Tokens))],
                $" --grid {grid[i].Sequences}x{grid[i].Tokens}");
        }
    }

    // Batches that the model reads: one that was asked for is refused, a usual one is left out, and that is said.
    private (int Sequences, int Tokens)[] Fitting(ModelRun run)
    {
        int most = run.Model.MaxTokens;
        if (choice.Grid.Count == 0)
        {
            (int Sequences, int Tokens)[] usual = context.IsQuick ? s_quickGrid : s_grid;
            foreach ((int sequences, int tokens) in usual.Where(cell => cell.Tokens > most))
                context.Say($"{run.Shape.Name} reads {most} tokens; {sequences}x{tokens} is left out");
            return [.. usual.Where(cell => cell.Tokens <= most)];
        }
        foreach ((int sequences, int tokens) in choice.Grid.Where(cell => cell.Tokens > most))
        {
            throw new InvalidChoiceException(
                $"--grid has {sequences}x{tokens}, but {run.Shape.Name} reads {most} tokens");
        }
        return [.. choice.Grid];
    }

    // One query after the other, each timed: 1 text, or MLPerf's 8. The lengths take turns, every second round in
    // reverse, so that a slow minute of the machine falls on all of them.
    private void Stream(ModelRun run, string scenario, int texts, int[] lengths)
    {
        lengths = [.. lengths.Where(tokens => tokens <= run.Model.MaxTokens && (!context.IsQuick || tokens <= 128))];
        PassSubject[] subjects = Array.ConvertAll(lengths, tokens => new PassSubject(
            run.Copies, ModelInputs.Sequences(texts, tokens, run.Model.Card.VocabularySize)));
        foreach (PassSubject subject in subjects)
        {
            for (int i = 0; i < 2 * run.Copies.Length; i++)
                subject.Run();
        }
        context.Say(string.Create(
            CultureInfo.InvariantCulture, $"{run.Shape.Name}: {scenario} in {context.Plan.Rounds} rounds"));
        List<double>[] all = Array.ConvertAll(lengths, _ => new List<double>());
        double[][] rounds = Array.ConvertAll(lengths, _ => new double[context.Plan.Rounds]);
        for (int round = 0; round < context.Plan.Rounds; round++)
        {
            context.Calibrate();
            for (int turn = 0; turn < lengths.Length; turn++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                int i = round % 2 == 0 ? turn : lengths.Length - 1 - turn;
                double[] latencies = OneByOne(subjects[i]);
                rounds[i][round] = Quantile.Median(latencies);
                all[i].AddRange(latencies);
            }
        }
        for (int i = 0; i < lengths.Length; i++)
        {
            List<KeyValuePair<string, double>> metrics = Latencies(all[i]);
            metrics.Add(new("texts_per_second", texts / Quantile.Median(rounds[i])));
            metrics.AddRange(run.Parity.Metrics);
            Add(run, scenario, rounds[i], metrics, true, subjects[i].IsWritten(),
                [new("batch", Text(texts)), new("tokens", Text(lengths[i]))], "", run.Parity.BitEqual);
        }
    }

    // Seconds of each of some queries, three at least.
    private double[] OneByOne(PassSubject subject)
    {
        var latencies = new List<double>();
        double seconds = context.IsQuick ? 0.03 : 0.3;
        long begin = Stopwatch.GetTimestamp();
        do
        {
            long start = Stopwatch.GetTimestamp();
            subject.Run();
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begin).TotalSeconds < seconds || latencies.Count < 3);
        return [.. latencies];
    }

    private void OfflineAndServer(ModelRun run)
    {
        TokenSequence[] texts = ModelInputs.Mixed(
            context.IsQuick ? 64 : 256, Math.Min(128, run.Model.MaxTokens), run.Model.Card.VocabularySize);
        var offline = new PassSubject(run.Copies, texts);
        context.Say($"{run.Shape.Name}: offline and server");
        Samples samples = context.Sampler.Measure([offline])[0];
        double rate = texts.Length / samples.Median;
        if (choice.Wants("Offline"))
        {
            Add(run, "Offline", samples.Rounds,
                [new("tokens_per_second", offline.Tokens / samples.Median), new("texts_per_second", rate),
                    new("bytes_allocated", samples.BytesAllocated)],
                samples.IsStable, offline.IsWritten(), [new("batch", Text(texts.Length)), new("tokens", "mixed")], "");
        }
        if (!choice.Wants("Server"))
            return;
        var server = new ServerScenario(run.Model, texts);
        double seconds = context.IsQuick ? 0.2 : 1.0;
        foreach (double load in context.IsQuick ? new[] { 0.4, 0.7 } : [0.2, 0.4, 0.6, 0.8, 0.9])
        {
            var all = new List<double>();
            var rounds = new double[context.Plan.Rounds];
            for (int round = 0; round < rounds.Length; round++)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                List<double> latencies = server.Run(load * rate, seconds, round);
                rounds[round] = Quantile.Median([.. latencies]);
                all.AddRange(latencies);
            }
            List<KeyValuePair<string, double>> metrics = Latencies(all);
            metrics.Add(new("texts_per_second", load * rate));
            bool held = Quantile.Of([.. all], 0.99) <= choice.LatencyBoundSeconds;
            string bound = string.Create(CultureInfo.InvariantCulture,
                $"{(held ? "keeps" : "MISSES")} p99 ≤ {choice.LatencyBoundSeconds * 1e3:0} ms");
            Add(run, "Server", rounds, metrics, true, true,
                [new("load", load.ToString("0.0", CultureInfo.InvariantCulture)), new("tokens", "mixed")], "", null,
                bound);
        }
    }

    private void Ops(ModelRun run)
    {
        int tokens = Math.Min(128, run.Model.MaxTokens);
        var device = new TimedDevice(choice.On.Device);
        using EmbeddingModel model = run.Shape.Load(device, run.Precision, run.Threads);
        TokenSequence[] batch = ModelInputs.Sequences(1, tokens, model.Card.VocabularySize);
        var vectors = new float[model.Dimensions];
        for (int i = 0; i < 3; i++)
            model.EmbedTokens(batch, vectors);
        var rounds = new List<Dictionary<string, double>>();
        for (int round = 0; round < context.Plan.Rounds; round++)
        {
            device.Reset();
            int passes = context.IsQuick ? 3 : 10;
            for (int i = 0; i < passes; i++)
                model.EmbedTokens(batch, vectors);
            rounds.Add(
                device.Ops.ToDictionary(op => op.Key, op => op.Value.Ticks / (double)Stopwatch.Frequency / passes));
        }
        double whole = rounds.Average(round => round.Values.Sum());
        foreach (string op in rounds[0].Keys)
        {
            double[] samples = [.. rounds.Select(round => Math.Max(round[op], 1e-9))];
            Add(run, "Ops", samples, [new("share", samples.Average() / whole)], true, true,
                [new("op", op), new("batch", "1"), new("tokens", Text(tokens))], "");
        }
    }

    private void Tokenize(LoadedShape shape)
    {
        bool own = Tokenizer.ExistsIn(shape.Folder);
        Tokenizer tokenizer = Tokenizer.LoadFolder(own ? shape.Folder : EmbeddingModel.DefaultPath);
        string[] texts = ModelInputs.Texts(64);
        var subject = new TokenizeSubject(tokenizer, texts);
        Samples samples = context.Sampler.Measure([subject])[0];
        int tokens = texts.Sum(text => tokenizer.CountTokens(text));
        Add(new ModelRun(shape, choice.Precisions[0], 1, [], default), "Tokenizer", samples.Rounds,
            [new("tokens_per_second", tokens / samples.Median), new("texts_per_second", texts.Length / samples.Median)],
            samples.IsStable, true, [], "", null, own ? null : "the default model's tokenizer: a shape has none");
    }

    private void Cold(LoadedShape shape, Precision precision, (string File, IReadOnlyList<string> Arguments) self)
    {
        context.Say($"{shape.Name}: {context.Plan.Rounds} cold starts");
        string[] flags = [.. shape.Flags, "--device", choice.On.Name, "--precision", Text(precision)];
        ColdStart[] starts = [.. Enumerable.Range(0, context.Plan.Rounds).Select(_ => ColdStart.Measure(self, flags))];
        context.Noise.ChildSeconds += starts.Sum(start => start.ProcessorSeconds);
        int threads = Environment.ProcessorCount;
        using EmbeddingModel model = shape.Load(choice.On.Device, precision, threads);
        List<KeyValuePair<string, double>> memory =
        [
            new("host_bytes", starts.Average(start => start.HostBytes)),
            new("device_bytes", choice.On.IsProcessor ? 0 : model.Card.PackedBytes),
        ];
        var run = new ModelRun(shape, precision, threads, [], default);
        Phase("process", start => start.Started, []);
        Phase("load", start => start.Loaded - start.Started, []);
        Phase("first vector", start => start.First - start.Loaded, []);
        Phase("all", start => start.First, memory);

        void Phase(string name, Func<ColdStart, double> seconds, List<KeyValuePair<string, double>> metrics) => Add(
            run, "ColdStart", [.. starts.Select(start => Math.Max(1e-6, seconds(start)))], metrics, true, true,
            [new("phase", name)], "", null, name == "all" ? "the files are in the system's cache" : null);
    }

    // The first text's vector against exact mode: the reference's kernels on the processor, or for a device the
    // processor.
    private Parity Parity(LoadedShape shape, Precision precision, int threads, EmbeddingModel model)
    {
        TokenSequence[] batch = ModelInputs.Sequences(1, Math.Min(4, model.MaxTokens), model.Card.VocabularySize);
        var vector = new float[model.Dimensions];
        var expected = new float[model.Dimensions];
        model.EmbedTokens(batch, vector);
        bool isProcessor = choice.On.IsProcessor;
        EmbeddingOptions options = shape.Options(Precision.Exact, threads);
        using EmbeddingModel exact = isProcessor
            ? EmbeddingModel.Load(shape.Folder, options, new KernelSet(Isa.Reference))
            : EmbeddingModel.Load(shape.Folder, options);
        exact.EmbedTokens(batch, expected);
        return Models.Parity.Of(expected, vector, precision == Precision.Exact);
    }

    private Roofline Ceiling => _roofline ??= Roofline.Measure(context.Machine, context.IsQuick ? 0.03 : 0.15);

    private static List<KeyValuePair<string, double>> Latencies(List<double> all)
    {
        double[] sorted = [.. all.Order()];
        return
        [
            new("p50_seconds", Quantile.OfSorted(sorted, 0.5)),
            new("p90_seconds", Quantile.OfSorted(sorted, 0.9)),
            new("p99_seconds", Quantile.OfSorted(sorted, 0.99)),
        ];
    }

    private void Add(
        ModelRun run, string scenario, double[] samples, List<KeyValuePair<string, double>> metrics, bool stable,
        bool written,
        List<KeyValuePair<string, string>> labels, string repeat, bool? bitEqual = null, string? note = null)
    {
        var notes = new List<string>();
        if (!written)
            notes.Add("WRONG: a vector was not written");
        if (note is not null)
            notes.Add(note);
        if (!stable)
            notes.Add("the warm-up ended before the time was stable");
        if (NoiseWatch.SpreadNote(samples) is { } noisy)
            notes.Add(noisy);
        string where = $"{choice.On.Name}/{Text(run.Precision)}/{Text(run.Threads)}";
        _rows.Add(new BenchRow
        {
            Id = $"model/{run.Shape.Name}/{where}/{scenario}"
                + string.Concat(labels.Select(label => "/" + label.Value)),
            Part = "model",
            Labels =
            [
                new("scenario", scenario), new("shape", run.Shape.Name), .. labels, new("device", choice.On.Name),
                new("precision", Text(run.Precision)), new("threads", Text(run.Threads)),
            ],
            Unit = "s",
            Samples = samples,
            Metrics = metrics,
            BitEqual = bitEqual,
            Repeat = $"sextant bench model {run.Shape.Typed} --device {choice.On.Name} "
                + $"--precision {Text(run.Precision)} --threads {Text(run.Threads)} --scenario {scenario}"
                + repeat + context.RepeatFlags,
            Notes = notes,
        });
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(Precision precision) => precision.ToString().ToLowerInvariant();
}
