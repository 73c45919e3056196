using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant sparse</c>: texts in, weighted terms of the model's vocabulary out.</summary>
internal sealed class SparseVerb : Verb
{
    private static readonly Flag Terms = new("--terms", "N", "Keep the N largest weights of each text. Default: all.");

    private static readonly Flag Queries = new(
        "--queries", "",
        "The texts are searched for, not searched in: looked up in the model's table of weights where it has one.");

    public override string Name => "sparse";

    public override string Summary => "Turns texts into weighted terms (SPLADE).";

    public override string Usage => "--model DIR [TEXT…] [--input FILE|-] [flags]";

    public override string Details =>
        "Each line reads "
        + "{\"index\":0,\"tokens\":9,\"truncated\":0,\"unknown\":0,\"terms\":[{\"id\":7592,\"token\":\"hello\",\"weight\":1.9},…]}, "
        + "the largest weight first. A term's weight is log(1 + relu(x)), x being the largest score that the model's "
        + "masked-language head gives it at any position of the text. Two texts are as near as the sum of the "
        + "products of the weights of the terms that both have.";

    public override bool TakesTexts => true;

    public override Flag[] Flags =>
    [
        HeadFlags.Model, InputFlags.Input, InputFlags.Format, EncodingFlag.TextEncoding, Queries, Terms,
        ModelFlags.Prompt, ModelFlags.PromptText, ModelFlags.Truncate, ModelFlags.Threads,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant sparse --model ./splade \"how to cook rice\" --terms 20", "The twenty heaviest terms of a text."),
        ("sextant sparse --model ./splade --input docs.txt > terms.jsonl", "A line for each line."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        string folder = HeadFlags.Folder(arguments, "a masked-language head");
        SparseOptions options = HeadFlags.Sparse(arguments, arguments.Number(Terms, 1, int.MaxValue));
        Prompt prompt = ModelFlags.PromptOf(arguments) ?? Prompt.Default;
        IEnumerable<TextRecord> texts = InputFlags.Texts(arguments, terminal, out int? total);
        using var model = SparseEncoder.Load(folder, options);
        using OutputFile output = OutputFile.Create(null, terminal);
        using var lines = new JsonLines(output.Stream);
        using var progress = new ProgressLine(terminal, "texts", total);
        var cut = new TruncationCount(Name, "texts");
        var vectors = new SparseVectors();
        foreach (List<TextRecord> batch in TextBatches.Of(texts, terminal.Cancellation))
        {
            var reports = new TextReport[batch.Count];
            try
            {
                string[] some = [.. batch.Select(one => one.Text)];
                if (arguments.Has(Queries))
                    model.EmbedQueries(some, vectors, prompt, reports, progress, terminal.Cancellation);
                else
                    model.Embed(some, vectors, prompt, reports, progress, terminal.Cancellation);
            }
            catch (SextantException problem) when (cut.Inputs > 0)
            {
                throw InputNumber.InWholeInput(problem, cut.Inputs);
            }
            for (int i = 0; i < batch.Count; i++)
            {
                lines.Begin(cut.Inputs, reports[i]);
                Write(lines, model, vectors[i].ToArray());
                cut.Add(reports[i]);
            }
            progress.Advance(batch.Count);
        }
        terminal.Cancellation.ThrowIfCancellationRequested();
        output.Commit();
        progress.Dispose();
        cut.Warn(terminal, model.MaxTokens);
        return Tool.Ok;
    }

    private static void Write(JsonLines lines, SparseEncoder model, TermWeight[] terms)
    {
        Array.Sort(terms, static (a, b) => a.Weight != b.Weight ? b.Weight.CompareTo(a.Weight) : a.Id.CompareTo(b.Id));
        lines.Writer.WriteStartArray("terms"u8);
        foreach (TermWeight term in terms)
        {
            lines.Writer.WriteStartObject();
            lines.Writer.WriteNumber("id"u8, term.Id);
            // A model may have more rows than its tokenizer has tokens.
            if (model.Tokenizer.TryGetText(term.Id, out string? text))
                lines.Writer.WriteString("token"u8, text);
            lines.Writer.WriteNumber("weight"u8, term.Weight);
            lines.Writer.WriteEndObject();
        }
        lines.Writer.WriteEndArray();
        lines.End();
    }
}
