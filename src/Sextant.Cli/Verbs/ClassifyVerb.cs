using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;

namespace Sextant.Cli.Verbs;

/// <summary><c>sextant classify</c>: texts or pairs in, a score for each label out.</summary>
internal sealed class ClassifyVerb : Verb
{
    public override string Name => "classify";

    public override string Summary => "Gives texts or pairs of texts their labels.";

    public override string Usage => "--model DIR [TEXT…] [--input FILE|-] [flags]";

    public override string Details =>
        "Each line reads {\"index\":0,\"tokens\":9,\"truncated\":0,\"unknown\":0,\"label\":\"…\",\"scores\":{\"…\":0.9,…}}; the "
        + "label is the one with the largest score. JSON Lines may hold a 'pair' beside 'text', such as a hypothesis "
        + "beside its premise. Scores are probabilities: softmax, or sigmoid for one label or labels that do not "
        + "exclude each other, as config.json says; for a regression they are the model's numbers.";

    public override bool TakesTexts => true;

    public override Flag[] Flags =>
    [
        HeadFlags.Model, InputFlags.Input, InputFlags.Format, EncodingFlag.TextEncoding, ModelFlags.Truncate,
        ModelFlags.Threads,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant classify --model ./sentiment \"What a day!\"", "The labels of one text."),
        ("sextant classify --model ./nli-deberta --input pairs.jsonl", "Of pairs: a line for each line."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        string folder = HeadFlags.Folder(arguments, "a classification head");
        ClassifierOptions options = HeadFlags.Classifier(arguments);
        IEnumerable<TextRecord> texts = InputFlags.Texts(arguments, terminal, out int? total);
        using var model = SequenceClassifier.Load(folder, options);
        using OutputFile output = OutputFile.Create(null, terminal);
        using var lines = new JsonLines(output.Stream);
        using var progress = new ProgressLine(terminal, "texts", total);
        var cut = new TruncationCount(Name, "texts");
        foreach (List<TextRecord> batch in TextBatches.Of(texts, terminal.Cancellation))
        {
            var scores = new float[batch.Count * model.Labels.Count];
            var reports = new TextReport[batch.Count];
            try
            {
                Classify(model, batch, scores, reports, progress, terminal.Cancellation);
            }
            catch (SextantException problem) when (cut.Inputs > 0)
            {
                throw InputNumber.InWholeInput(problem, cut.Inputs);
            }
            for (int i = 0; i < batch.Count; i++)
                Write(lines, cut, model, reports[i], scores.AsSpan(i * model.Labels.Count, model.Labels.Count));
            progress.Advance(batch.Count);
        }
        terminal.Cancellation.ThrowIfCancellationRequested();
        output.Commit();
        progress.Dispose();
        cut.Warn(terminal, model.MaxTokens);
        return Tool.Ok;
    }

    private static void Classify(
        SequenceClassifier model, List<TextRecord> batch, float[] scores, TextReport[] reports, IProgress<int> progress,
        CancellationToken cancellation)
    {
        int pairs = batch.Count(one => one.Pair is not null);
        if (pairs == 0)
            model.Classify([.. batch.Select(one => one.Text)], scores, reports, progress, cancellation);
        else if (pairs == batch.Count)
            model.ClassifyPairs(
                [.. batch.Select(one => (one.Text, one.Pair!))], scores, reports, progress, cancellation);
        else
            throw new InputException(
                "some lines have a 'pair' and some do not; a model is trained for one or the other.");
    }

    private static void Write(
        JsonLines lines, TruncationCount cut, SequenceClassifier model, TextReport report, ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
            best = scores[i] > scores[best] ? i : best;
        lines.Begin(cut.Inputs, report);
        lines.Writer.WriteString("label"u8, model.Labels[best]);
        lines.Writer.WriteStartObject("scores"u8);
        for (int i = 0; i < scores.Length; i++)
            lines.Writer.WriteNumber(model.Labels[i], scores[i]);
        lines.Writer.WriteEndObject();
        lines.End();
        cut.Add(report);
    }
}
