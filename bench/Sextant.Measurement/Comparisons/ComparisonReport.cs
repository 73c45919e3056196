using System.Globalization;
using System.Text;
using System.Text.Json;
using Sextant.Measurement.Reports;

namespace Sextant.Measurement.Comparisons;

/// <summary>A comparison in each of the formats.</summary>
internal static class ComparisonReport
{
    private static readonly string[] s_columns =
        ["row", "first", "other", "time ratio", "interval", "machine alone", "verdict"];

    // By the verdict's number.
    private static readonly Paint[] s_paints = [new(7, "no significant difference"), new(2, "faster"), new(5, "slower")];

    public static string Markdown(Comparison comparison, IReadOnlyList<string> names)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"# {string.Join(" against ", names.Skip(1).Reverse().Append(names[0]))}\n\n");
        foreach (string difference in comparison.Differences)
            text.Append(CultureInfo.InvariantCulture, $"* {difference}\n");
        for (int other = 1; other < names.Count; other++)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## {names[other]}\n\n");
            MarkdownReport.Append(text, s_columns, Cells(comparison, other));
        }
        return text.Append('\n').Append(Summary(comparison)).Append('\n').ToString();
    }

    /// <summary>How many rows are slower, faster, and neither.</summary>
    public static string Summary(Comparison comparison)
    {
        int slower = comparison.Rows.Count(row => row.Verdict == Verdict.Slower);
        int faster = comparison.Rows.Count(row => row.Verdict == Verdict.Faster);
        if (comparison.Rows.Count == 0)
            return "the records have no times in common";
        return slower + faster == 0
            ? string.Create(CultureInfo.InvariantCulture, $"no significant difference in {comparison.Rows.Count} rows")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{comparison.Rows.Count} rows: {slower} slower, {faster} faster, ")
                + string.Create(
                    CultureInfo.InvariantCulture,
                    $"{comparison.Rows.Count - slower - faster} without significant difference");
    }

    public static string Csv(Comparison comparison, IReadOnlyList<string> names)
    {
        var text = new StringBuilder(
            "record,row,unit,first,other,time_ratio,low,high,machine_low,machine_high,verdict\r\n");
        foreach (ComparedRow row in comparison.Rows)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"\"{names[row.Other].Replace("\"", "\"\"", StringComparison.Ordinal)}\",\"{row.Id}\",{row.Unit},")
                .Append(CultureInfo.InvariantCulture, $"{row.First:G6},{row.Second:G6},")
                .Append(CultureInfo.InvariantCulture,
                    $"{row.TimeRatio.Ratio:G6},{row.TimeRatio.Low:G6},{row.TimeRatio.High:G6},")
                .Append(CultureInfo.InvariantCulture,
                    $"{row.Machine.Low:G6},{row.Machine.High:G6},{Word(row.Verdict)}\r\n");
        }
        return text.ToString();
    }

    public static void Json(Stream stream, Comparison comparison, IReadOnlyList<string> names)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        json.WriteStartObject();
        json.WriteString("schema", "sextant-bench-comparison");
        json.WriteNumber("version", 1);
        json.WriteString("first", names[0]);
        json.WriteStartArray("differences");
        foreach (string difference in comparison.Differences)
            json.WriteStringValue(difference);
        json.WriteEndArray();
        json.WriteStartArray("rows");
        foreach (ComparedRow row in comparison.Rows)
        {
            json.WriteStartObject();
            json.WriteString("record", names[row.Other]);
            json.WriteString("id", row.Id);
            json.WriteString("unit", row.Unit);
            json.WriteNumber("first", row.First);
            json.WriteNumber("other", row.Second);
            json.WriteNumber("time_ratio", row.TimeRatio.Ratio);
            json.WriteNumber("low", row.TimeRatio.Low);
            json.WriteNumber("high", row.TimeRatio.High);
            json.WriteNumber("machine_low", row.Machine.Low);
            json.WriteNumber("machine_high", row.Machine.High);
            json.WriteString("verdict", Word(row.Verdict));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        stream.WriteByte((byte)'\n');
    }

    public static string Html(Comparison comparison, IReadOnlyList<string> names)
    {
        string title = $"sextant bench compare {string.Join(' ', names)}";
        var html = new StringBuilder();
        HtmlReport.Begin(html, title);
        html.Append("<ul>\n");
        foreach (string difference in comparison.Differences)
            html.Append("<li>").Append(HtmlReport.Text(difference)).Append("</li>\n");
        html.Append("</ul>\n<p>").Append(HtmlReport.Text(Summary(comparison))).Append(".</p>\n");
        for (int other = 1; other < names.Count; other++)
        {
            html.Append("<h2>").Append(HtmlReport.Text(names[other])).Append("</h2>\n");
            BarPlot.Append(html, $"Time over that of {names[0]}; 1 is equal time.",
            [
                .. comparison.Rows.Where(row => row.Other == other).Select(row => new Bar(
                    s_paints[(int)row.Verdict], row.Id, row.TimeRatio.Ratio,
                    $"{Ratio(row.TimeRatio.Ratio)} {Word(row.Verdict)}")),
            ]);
            HtmlReport.Append(html, new ReportTable("compare", "", s_columns, Cells(comparison, other)));
        }
        return HtmlReport.End(html);
    }

    private static string[][] Cells(Comparison comparison, int other) =>
    [
        .. comparison.Rows.Where(row => row.Other == other).Select(row => new[]
        {
            row.Id, Units.Text(row.First, row.Unit), Units.Text(row.Second, row.Unit), Ratio(row.TimeRatio.Ratio),
            $"{Ratio(row.TimeRatio.Low)} – {Ratio(row.TimeRatio.High)}",
            $"{Ratio(row.Machine.Low)} – {Ratio(row.Machine.High)}", row.Verdict == Verdict.NoSignificantDifference
                ? ""
                : Word(row.Verdict).ToUpperInvariant(),
        }),
    ];

    private static string Word(Verdict verdict) => verdict switch
    {
        Verdict.Slower => "slower",
        Verdict.Faster => "faster",
        _ => "no significant difference",
    };

    private static string Ratio(double ratio) => ratio.ToString("0.000", CultureInfo.InvariantCulture);
}
