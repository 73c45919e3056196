using System.Globalization;
using System.Text;
using Sextant.Cli.Arguments;
using Sextant.Cli.Inputs;
using Sextant.Cli.Outputs;

namespace Sextant.Cli.Verbs;

/// <summary>
/// <c>sextant rerank</c>: the documents that answer a query best, by a cross-encoder or by late interaction.
/// </summary>
internal sealed class RerankVerb : Verb
{
    private static readonly Flag Most = new("-k", "N", "How many documents to print. Default: all.");
    private static readonly Flag Output = new(
        "--format", "F", "table (a line for each: rank, score, index and text, with tabs) or jsonl. Default: table.");

    public override string Name => "rerank";

    public override string Summary => "Orders documents by how well they answer a query.";

    public override string Usage => "--model DIR QUERY --input FILE|- [flags]";

    public override string Details =>
        "The model is a cross-encoder: it reads the query together with each document, and its checkpoint has a "
        + "classification head with one label. A line of jsonl reads {\"index\":7,\"tokens\":90,\"truncated\":0,"
        + "\"unknown\":0,\"rank\":1,\"score\":0.9,\"logit\":8.1,\"text\":\"…\"}, the index being the document's line, "
        + "counted from 0. Scores are what the model's config names for sentence-transformers' CrossEncoder, else "
        + "between 0 and 1 (sigmoid). The order is the logits', the model's raw scores: a sigmoid is 1 for all above "
        + "17. Equal logits keep the order of the input. The model may also be a late-interaction one (ColBERT): then "
        + "score and logit are MaxSim, the sum over the query's vectors of the largest dot product with one of the "
        + "document's.";

    public override Flag[] Flags =>
    [
        HeadFlags.Model, InputFlags.Input, InputFlags.Format, EncodingFlag.TextEncoding, Most, Output,
        ModelFlags.Truncate, ModelFlags.Threads,
    ];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant rerank --model ./ms-marco-MiniLM-L-6-v2 \"how to cook rice\" --input docs.txt -k 5",
            "The five best lines of a file."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        string folder = HeadFlags.Folder(arguments, "a classification head of one label");
        if (arguments.Texts.Count != 1)
        {
            throw new WrongUsageException(arguments.Texts.Count == 0
                ? "what? give a QUERY"
                : $"one QUERY is needed, but there are {arguments.Texts.Count}; put it in quotes");
        }
        QueryText.Require(arguments.Texts[0]);
        string input = arguments.Text(InputFlags.Input)
            ?? throw new WrongUsageException(
                "which documents? give --input FILE, one on each line ('-' for standard input)");
        string format = arguments.Choice(Output, "table", "jsonl") ?? "table";
        int most = arguments.Number(Most, 1, int.MaxValue) ?? int.MaxValue;
        bool isJson = TextRecord.IsJsonLines(input, arguments.Choice(InputFlags.Format, "text", "jsonl"));
        LineReader lines = LineReader.Open(input, terminal, EncodingFlag.Of(arguments));
        using Reranker model = Reranker.Load(folder, arguments);
        string[] documents =
            [.. TextRecord.ReadAll(lines, isJson).Select(record => record.Text)];
        RankedDocument[] best;
        var reports = new TextReport[documents.Length];
        using (var progress = new ProgressLine(terminal, "documents", documents.Length))
            best = model.Rank(arguments.Texts[0], documents, most, reports, progress, terminal.Cancellation);
        var cut = new TruncationCount(Name, model.Inputs);
        foreach (TextReport report in reports)
            cut.Add(report);
        using OutputFile output = OutputFile.Create(null, terminal);
        if (format == "jsonl")
            WriteJson(output.Stream, best, reports, documents);
        else
            WriteTable(output.Stream, best, documents);
        output.Commit();
        cut.Warn(terminal, model.MaxTokens);
        return Tool.Ok;
    }

    private static void WriteTable(Stream output, RankedDocument[] best, string[] documents)
    {
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        for (int i = 0; i < best.Length; i++)
        {
            string text = TerminalText.OneLine(documents[best[i].Index]);
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{i + 1}\t{best[i].Score:F4}\t{best[i].Index}\t{text}"));
        }
    }

    private static void WriteJson(Stream output, RankedDocument[] best, TextReport[] reports, string[] documents)
    {
        using var lines = new JsonLines(output);
        for (int i = 0; i < best.Length; i++)
        {
            lines.Begin(best[i].Index, reports[best[i].Index]);
            lines.Writer.WriteNumber("rank"u8, i + 1);
            Write(lines, "score"u8, best[i].Score);
            Write(lines, "logit"u8, best[i].Logit);
            lines.Writer.WriteString("text"u8, documents[best[i].Index]);
            lines.End();
        }
    }

    // JSON has no infinity, which MaxSim with a document without vectors is.
    private static void Write(JsonLines lines, ReadOnlySpan<byte> name, float value)
    {
        if (float.IsFinite(value))
            lines.Writer.WriteNumber(name, value);
        else
            lines.Writer.WriteNull(name);
    }
}
