using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant embed --multi</c>: texts in, a vector for each of their tokens out.</summary>
internal static class MultiEmbedding
{
    public static readonly Flag Multi = new(
        "--multi", "", "The model is a late-interaction one (ColBERT): write a vector for each token.");
    public static readonly Flag Queries = new(
        "--queries", "", "With --multi: the texts are searched for, not searched in. Default: documents.");

    /// <summary>Whether the flags ask for it.</summary>
    public static bool IsWanted(ArgumentValues arguments) => arguments.Has(Multi) || (arguments.Has(Queries)
        ? throw new WrongUsageException("--queries is for --multi; elsewhere --prompt query says what a text is for")
        : false);

    /// <summary>Runs it.</summary>
    /// <param name="arguments">The flags.</param>
    /// <param name="terminal">Where to read and write.</param>
    /// <param name="path">The output file; null for standard output.</param>
    /// <param name="others">Flags that say nothing here.</param>
    public static int Run(ArgumentValues arguments, Terminal terminal, string? path, Flag[] others)
    {
        if (Array.Find(others, arguments.Has) is { } other)
            throw new WrongUsageException($"{other.Name} is not for --multi, which writes JSON Lines of all vectors");
        bool areQueries = arguments.Has(Queries);
        Prompt prompt = ModelFlags.PromptOf(arguments) ?? Prompt.Default;
        MultiVectorOptions options = HeadFlags.MultiVector(arguments);
        IEnumerable<TextRecord> texts = InputFlags.Texts(arguments, terminal, out int? total);
        using var model = MultiVectorEncoder.Load(ModelFlags.Folder(arguments), options);
        using OutputFile output = OutputFile.Create(path, terminal);
        using var lines = new JsonLines(output.Stream);
        using var progress = new ProgressLine(terminal, "texts", total);
        var cut = new TruncationCount("embed", "texts");
        var vectors = new MultiVectors();
        foreach (List<TextRecord> batch in TextBatches.Of(texts, terminal.Cancellation))
        {
            var reports = new TextReport[batch.Count];
            string[] some = [.. batch.Select(one => one.Text)];
            try
            {
                if (areQueries)
                    model.EmbedQueries(some, vectors, prompt, reports, progress, terminal.Cancellation);
                else
                    model.EmbedDocuments(some, vectors, prompt, reports, progress, terminal.Cancellation);
            }
            catch (SextantException problem) when (cut.Inputs > 0)
            {
                throw InputNumber.InWholeInput(problem, cut.Inputs);
            }
            for (int i = 0; i < batch.Count; i++)
            {
                lines.Begin(cut.Inputs, reports[i]);
                Write(lines, vectors[i], model.Dimensions);
                cut.Add(reports[i]);
            }
            progress.Advance(batch.Count);
        }
        terminal.Cancellation.ThrowIfCancellationRequested();
        output.Commit();
        progress.Dispose();
        cut.Warn(terminal, areQueries ? model.MaxQueryTokens : model.MaxTokens);
        return Tool.Ok;
    }

    private static void Write(JsonLines lines, ReadOnlySpan<float> vectors, int dimensions)
    {
        lines.Writer.WriteStartArray("embeddings"u8);
        for (int at = 0; at < vectors.Length; at += dimensions)
        {
            lines.Writer.WriteStartArray();
            foreach (float value in vectors.Slice(at, dimensions))
                lines.Writer.WriteNumberValue(value);
            lines.Writer.WriteEndArray();
        }
        lines.Writer.WriteEndArray();
        lines.End();
    }
}
