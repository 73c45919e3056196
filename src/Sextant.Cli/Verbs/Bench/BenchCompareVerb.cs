using System.Globalization;
using System.Text;
using Sextant.Cli.Arguments;
using Sextant.Cli.Outputs;
using Sextant.Measurement.Comparisons;
using Sextant.Measurement.Records;

namespace Sextant.Cli.Verbs.Bench;

/// <summary><c>sextant bench compare</c>: records against the first of them.</summary>
internal sealed class BenchCompareVerb : Verb
{
    private static readonly Flag FailAbove = new(
        "--fail-above", "P%", "Exit code 1 where a row is significantly slower by more than this. Default: never.");

    public override string Name => "bench compare";

    public override string Summary => "Compares bench records: ratios, intervals, what differs.";

    public override string Usage => "A.json B.json [C.json …] [flags]";

    public override string Details =>
        "Each record is compared with the first, row by row: the ratio of the median times (above 1 is slower) with a "
        + "bootstrap interval over the rounds, of 95 % for all rows together. Significant is what exceeds, at that "
        + "confidence, one percent and what the machine alone changed by in the same rounds: its arithmetic, integer "
        + "operations, caches and memory, and the processor time that others took, which every record measures. Where "
        + "those moved much, little can be said: measure again in a quieter moment. Machines and versions that differ "
        + "are named.";

    public override Flag[] Flags => [FailAbove, BenchFlags.Format, BenchFlags.Output];

    public override (string Line, string Meaning)[] Examples =>
    [
        ("sextant bench compare before.json after.json --fail-above 5%",
            "Fails where something became slower by more than 5 %."),
        ("sextant bench compare here.json there.json --format html --output compare.html", "Two machines, as a page."),
    ];

    public override int Run(ArgumentValues arguments, Terminal terminal)
    {
        if (arguments.Texts.Count < 2)
            throw new WrongUsageException("two records at least are needed: A.json B.json");
        double? limit = Limit(arguments);
        string format = BenchFlags.FormatOf(arguments);
        BenchFlags.RefuseToReplaceRecords(arguments);
        var records = new List<(string Name, BenchRecord Record)>();
        foreach (string path in arguments.Texts)
            records.Add((path, BenchReportVerb.Read(path)));
        Comparison comparison = Comparison.Of(records);
        using (OutputFile output = OutputFile.Create(arguments.Text(BenchFlags.Output), terminal))
        {
            if (format == "json")
            {
                ComparisonReport.Json(output.Stream, comparison, arguments.Texts);
            }
            else
            {
                output.Stream.Write(Encoding.UTF8.GetBytes(format switch
                {
                    "csv" => ComparisonReport.Csv(comparison, arguments.Texts),
                    "html" => ComparisonReport.Html(comparison, arguments.Texts),
                    _ => ComparisonReport.Markdown(comparison, arguments.Texts),
                }));
            }
            output.Commit();
        }
        int exit = Tool.Ok;
        foreach (ComparedRow row in limit is { } share ? comparison.SlowerThan(share) : [])
        {
            exit = Tool.Failed;
            terminal.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"sextant bench compare: {row.Id} is {row.TimeRatio.Ratio - 1:P1} slower"));
        }
        return exit;
    }

    private static double? Limit(ArgumentValues arguments)
    {
        string? text = arguments.Text(FailAbove);
        if (text is null)
            return null;
        string number = text.EndsWith('%') ? text[..^1] : text;
        if (double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent)
            && percent <= 1000)
            return percent / 100;
        throw new WrongUsageException($"--fail-above is '{text}'; a percentage such as 5% is needed");
    }
}
