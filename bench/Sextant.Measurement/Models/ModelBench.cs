using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Measurement.Records;
using Sextant.Measurement.Sampling;
using Sextant.Tokens;

namespace Sextant.Measurement.Models;

/// <summary>
/// Whole models: a grid of batches, MLPerf's scenarios, ops, tokenizer, cold start, parity with exact mode.
/// </summary>
internal sealed class ModelBench(MeasureContext context, ModelChoice choice)
{
    private readonly ModelRows _rows = new(context, choice.On);

    public List<BenchRow> Run()
    {
        var grid = new GridScenario(context, choice, _rows);
        foreach (LoadedShape shape in choice.Models)
        {
            foreach (Precision precision in choice.Precisions)
            {
                foreach (int threads in choice.Threads)
                    Measure(shape, precision, threads, grid);
                if (choice.Wants("ColdStart") && choice.Self is { } self)
                    new ColdStartScenario(context, choice, _rows).Measure(shape, precision, self);
            }
            if (choice.Wants("Tokenizer"))
                Tokenize(shape);
        }
        return _rows.All;
    }

    private void Measure(LoadedShape shape, Precision precision, int threads, GridScenario grid)
    {
        context.Say($"{shape.Name}, {ModelRows.Text(precision)}, {threads} thread(s): loading");
        EmbeddingModel[] copies = shape.LoadCopies(choice.On, precision, threads, context.Machine, context.IsQuick);
        try
        {
            // One thread stays on its processor; several are the system's to place.
            using ProcessorPin? pin = threads == 1 && choice.On.IsProcessor ? context.Pin() : null;
            var run = new ModelRun(shape, precision, threads, copies, Parity(shape, precision, threads, copies[0]));
            var stream = new StreamScenario(context, _rows);
            if (choice.Wants("Grid"))
                grid.Measure(run);
            if (choice.Wants("SingleStream"))
                stream.Measure(run, "SingleStream", 1, [8, 32, 128, 512]);
            if (choice.Wants("MultiStream"))
                stream.Measure(run, "MultiStream", 8, [32, 128]);
            if (choice.Wants("Offline") || choice.Wants("Server"))
                new OfflineScenario(context, choice, _rows).Measure(run);
            if (choice.Wants("Ops"))
                new OpsScenario(context, choice, _rows).Measure(run);
        }
        finally
        {
            foreach (EmbeddingModel copy in copies)
                copy.Dispose();
        }
    }

    private void Tokenize(LoadedShape shape)
    {
        bool own = Tokenizer.ExistsIn(shape.Folder);
        Tokenizer tokenizer = Tokenizer.LoadFolder(own ? shape.Folder : EmbeddingModel.DefaultPath);
        string[] texts = ModelInputs.Texts(64);
        Samples samples = context.Sampler.Measure([new TokenizeSubject(tokenizer, texts)])[0];
        int tokens = texts.Sum(text => tokenizer.CountTokens(text));
        _rows.Add(
            new ModelRun(shape, choice.Precisions[0], 1, [], default),
            new ScenarioResult("Tokenizer", [], samples.Rounds, samples.FirstRound)
            {
                Metrics =
                [
                    new("tokens_per_second", tokens / samples.Median),
                    new("texts_per_second", texts.Length / samples.Median),
                ],
                IsStable = samples.IsStable,
                Note = own ? null : "the default model's tokenizer: a shape has none",
            });
    }

    // The first text's vector against exact mode: the reference's kernels on the processor, or for a device the
    // processor.
    private Parity Parity(LoadedShape shape, Precision precision, int threads, EmbeddingModel model)
    {
        TokenSequence[] batch = ModelInputs.Sequences(1, Math.Min(4, model.MaxTokens), model.Card.VocabularySize);
        var vector = new float[model.Dimensions];
        var expected = new float[model.Dimensions];
        model.EmbedTokens(batch, vector);
        EmbeddingOptions options = shape.Options(Precision.Exact, threads);
        using EmbeddingModel exact = choice.On.IsProcessor
            ? EmbeddingModel.Load(shape.Folder, options, new KernelSet(Isa.Reference))
            : EmbeddingModel.Load(shape.Folder, options);
        exact.EmbedTokens(batch, expected);
        return Models.Parity.Of(expected, vector, precision == Precision.Exact);
    }
}
