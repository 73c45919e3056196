using System.Net;
using System.Text;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>
/// A record as one HTML file: the machine, plots as inline SVG, the tables. No script, nothing fetched.
/// </summary>
internal static class HtmlReport
{
    /// <summary>How the numbers were taken; the same for every page.</summary>
    private const string Method =
        "A row is measured in separate rounds, each of all rows in turn, so that a slow minute falls on all of them; a "
        + "round gives one sample, the median over slices of some runs. The median and p10 to p90 are quantiles of "
        + "these samples, by linear interpolation between their order statistics. A share of the roofline is the "
        + "median over the rounds, each held against the arithmetic that was measured in that round.";

    public static string Of(BenchRecord record)
    {
        var html = new StringBuilder();
        Begin(html, record.Command);
        html.Append("<dl>\n");
        foreach ((string name, string value) in MarkdownReport.Facts(record))
            html.Append("<dt>").Append(Text(name)).Append("</dt><dd>").Append(Text(value)).Append("</dd>\n");
        html.Append("</dl>\n<p class=\"method\">").Append(Text(Method)).Append("</p>\n");
        foreach (string note in record.Noise.Notes)
            html.Append("<p class=\"noise\">Noise: ").Append(Text(note)).Append(".</p>\n");
        foreach (IGrouping<string, ReportTable> part in ReportTable.Of(record).GroupBy(table => table.Part))
        {
            html.Append("<h2 id=\"").Append(Text(part.Key)).Append("\">").Append(Text(part.Key)).Append("</h2>\n");
            BenchRow[] rows = [.. record.Rows.Where(row => row.Part == part.Key)];
            PartPlots.Append(html, part.Key, rows);
            foreach (ReportTable table in part)
            {
                if (table.Kind.Length > 0)
                    html.Append("<h3>").Append(Text(table.Kind)).Append("</h3>\n");
                Append(html, table);
            }
            Repeats(html, rows);
        }
        return End(html);
    }

    /// <summary>The head and the title.</summary>
    public static void Begin(StringBuilder html, string title) => html
        .Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
        .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
        .Append("<title>").Append(Text(title)).Append("</title>\n<style>\n").Append(ReportStyle.Text)
        .Append("\n</style>\n</head>\n<body>\n<h1>").Append(Text(title)).Append("</h1>\n");

    /// <summary>The end, and the whole page.</summary>
    public static string End(StringBuilder html) => html.Append("</body>\n</html>\n").ToString();

    /// <summary>A text as HTML.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A table; its cells name their columns, for windows too narrow for one.</summary>
    public static void Append(StringBuilder html, ReportTable table)
    {
        html.Append("<div class=\"wide\"><table>\n<thead><tr>");
        foreach (string column in table.Columns)
            html.Append("<th>").Append(Text(column)).Append("</th>");
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (string[] row in table.Rows)
        {
            html.Append("<tr>");
            for (int i = 0; i < row.Length; i++)
            {
                string kind = table.Columns[i] == "notes" ? " class=\"note\""
                    : row[i].StartsWith("NO", StringComparison.Ordinal) ? " class=\"no\""
                    : "";
                html.Append("<td").Append(kind).Append(" data-column=\"").Append(Text(table.Columns[i])).Append("\">")
                    .Append(Text(row[i])).Append("</td>");
            }
            html.Append("</tr>\n");
        }
        html.Append("</tbody>\n</table></div>\n");
    }

    private static void Repeats(StringBuilder html, BenchRow[] rows)
    {
        html.Append("<details><summary>Command lines that repeat each row</summary>\n<ul>\n");
        foreach (string repeat in rows.Select(row => row.Repeat).Distinct())
            html.Append("<li><code>").Append(Text(repeat)).Append("</code></li>\n");
        html.Append("</ul></details>\n");
    }
}
