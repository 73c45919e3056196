using System.Text;
using Sextant.Backends;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Measurement;
using Sextant.Measurement.Records;
using Sextant.Measurement.Reports;
using Sextant.Measurement.Sampling;

namespace Sextant.Cli.Verbs.Bench;

/// <summary>The flags of all bench verbs, and what they come to.</summary>
internal static class BenchFlags
{
    public static readonly Flag Quick = new("--quick", "", "Fewer cases and shorter rounds.");
    public static readonly Flag Rounds = new(
        "--rounds", "N", "Separate rounds, at least 7. Default: 9, or 7 with --quick.");
    public static readonly Flag Format = new(
        "--format", "F",
        "md (tables), json (the record that compare reads), csv or html (one file with plots). Default: md.");
    public static readonly Flag Output = new("--output", "FILE", "Where to write. Default: standard output.");
    public static readonly Flag Threads = new(
        "--threads", "N", "Threads to compute with. Default: as many as the process may use.");

    public static readonly Flag Precisions = new(
        "--precision", "P,P",
        "exact (f32, the same bits on every device), fast (16-bit products, where a device has them), or both. "
            + "Default: exact.");

    /// <summary>The plan that the flags say.</summary>
    public static MeasureContext Context(ArgumentValues arguments, Terminal terminal, string verb)
    {
        bool quick = arguments.Has(Quick);
        SamplingPlan plan = quick ? SamplingPlan.Quick : SamplingPlan.Full;
        plan = plan with { Rounds = arguments.Number(Rounds, SamplingPlan.MinRounds, 10_000) ?? plan.Rounds };
        return new MeasureContext(
            plan, quick, text => terminal.Error.WriteLine($"{verb}: {text}"), terminal.Cancellation);
    }

    /// <summary>The format the flags name, looked at before anything is measured.</summary>
    public static string FormatOf(ArgumentValues arguments) =>
        arguments.Choice(Format, "md", "json", "csv", "html") ?? "md";

    /// <summary>The precisions the flags name, each once; exact where they name none.</summary>
    /// <exception cref="WrongUsageException">A word that is no precision.</exception>
    public static Precision[] PrecisionsOf(ArgumentValues arguments) =>
        Words(arguments, Precisions) is { Length: > 0 } words
            ? Array.ConvertAll(words, ParsePrecision) : [Precision.Exact];

    /// <summary>Refuses to write over a record that is read: measurements cannot be had again.</summary>
    public static void RefuseToReplaceRecords(ArgumentValues arguments)
    {
        if (arguments.Text(Output) is { } path && !OutputFile.IsStandard(path)
            && arguments.Texts.Exists(text => Path.GetFullPath(text) == Path.GetFullPath(path)))
            throw new WrongUsageException($"--output is {path}, a record that is read; give another file");
    }

    /// <summary>Writes a record to an output that is open, and its noise for a person.</summary>
    public static void Write(OutputFile output, string format, Terminal terminal, string verb, BenchRecord record)
    {
        switch (format)
        {
            case "json":
                RecordJson.Write(output.Stream, record);
                break;
            case "csv":
                output.Stream.Write(Encoding.UTF8.GetBytes(CsvReport.Of(record)));
                break;
            case "html":
                output.Stream.Write(Encoding.UTF8.GetBytes(HtmlReport.Of(record)));
                break;
            default:
                output.Stream.Write(Encoding.UTF8.GetBytes(MarkdownReport.Of(record)));
                break;
        }
        output.Commit();
        foreach (string note in record.Noise.Notes)
            terminal.Error.WriteLine($"{verb}: noise: {note}");
    }

    /// <summary>The words of a list with commas, each once; none where the flag is not given.</summary>
    /// <exception cref="WrongUsageException">The list, or a word of it, is empty.</exception>
    public static string[] Words(ArgumentValues arguments, Flag flag)
    {
        if (arguments.Text(flag) is not { } text)
            return [];
        string[] words = text.Split(',', StringSplitOptions.TrimEntries);
        return words.Contains("")
            ? throw new WrongUsageException($"{flag.Name} is '{text}'; words with commas between are needed")
            : [.. words.Distinct()];
    }

    /// <summary>
    /// Whether all rows are right: nothing poisoned or far from double, no bit unlike the reference's.
    /// </summary>
    public static int ExitCode(BenchRecord record, Terminal terminal, string verb)
    {
        int exit = Tool.Ok;
        foreach (BenchRow row in record.Rows)
        {
            string? wrong = row.BitEqual == false
                ? "differs from the reference"
                : row.Notes.FirstOrDefault(note => note.StartsWith("WRONG", StringComparison.Ordinal));
            if (wrong is null)
                continue;
            exit = Tool.Failed;
            terminal.Error.WriteLine($"{verb}: {row.Id}: {wrong}; again: {row.Repeat}");
        }
        return exit;
    }

    /// <summary>The command line as it would be typed.</summary>
    public static string Command(string verb, ArgumentValues arguments)
    {
        var line = new StringBuilder("sextant ").Append(verb);
        foreach (FlagValue value in arguments.Values.Where(value => value.Flag != Output && value.Flag != Format))
        {
            line.Append(' ').Append(value.Flag.Name);
            if (!value.Flag.IsSwitch)
                line.Append(' ')
                    .Append(value.Value.Contains(' ', StringComparison.Ordinal) ? $"\"{value.Value}\"" : value.Value);
        }
        return line.ToString();
    }

    private static Precision ParsePrecision(string name) => name switch
    {
        "exact" => Precision.Exact,
        "fast" => Precision.Fast,
        "int8" => Precision.Int8,
        "bf16" => Precision.BFloat16,
        _ => throw new WrongUsageException(
            $"--precision is '{name}'; accepted: exact, int8, bf16, fast, or several with commas"),
    };
}
