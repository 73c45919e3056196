using System.Globalization;
using System.Net;
using System.Text;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>
/// A record as one HTML file: the machine, plots as inline SVG, the tables. No script, nothing fetched.
/// </summary>
/// <remarks>
/// Light or dark as the reader's system is; on paper light, in black ink, tables unbroken across rows.
/// </remarks>
internal static class HtmlReport
{
    // Printing comes last: of two rules of one rank the later one counts.
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d5dbe3; --paper: #ffffff;
          --band: #f4f6f9; --c0: #1f5fa8; --c1: #c2571a; --c2: #2c7f4f; --c3: #8a3f97; --c4: #9a7400; --c5: #b0304a;
          --c6: #35818c; --c7: #6b6f78; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e4e8ee; --soft: #9aa5b4; --line: #39424e; --paper: #14181d; --band: #1c2229; --c0: #6ca8ec;
            --c1: #f09a5c; --c2: #69c48d; --c3: #cb8fd6; --c4: #d9b648; --c5: #ee7f95; --c6: #76c5d0; --c7: #a9afb9; }
        }
        body { font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif; color: var(--ink);
          background: var(--paper); margin: 2rem auto; padding: 0 1.25rem; max-width: 84rem; }
        h1 { font-size: 1.35rem; font-weight: 650; overflow-wrap: anywhere; }
        h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); }
        h3 { font-size: 1rem; margin: 1.2rem 0 .4rem; break-after: avoid; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
        dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
        .noise { border-left: 4px solid var(--c1); padding: .3rem .8rem; background: var(--band); }
        figure { margin: 1.2rem 0; max-width: 66rem; }
        figcaption { color: var(--soft); font-size: .87rem; margin-bottom: .3rem; }
        svg { width: 100%; height: auto; }
        svg text { fill: var(--ink); font: 12px system-ui, "Liberation Sans", sans-serif; paint-order: stroke;
          stroke: var(--paper); stroke-width: 3px; }
        svg .soft { fill: var(--soft); }
        svg .grid { stroke: var(--line); stroke-width: 1; } svg .axis { stroke: var(--soft); stroke-width: 1; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; font-size: .8rem; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: .18rem .45rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
        td.note { white-space: normal; min-width: 13rem; }
        th { color: var(--soft); font-weight: 600; } tbody tr:nth-child(even) { background: var(--band); }
        .no { color: var(--c5); font-weight: 700; }
        code { font-size: .85em; overflow-wrap: anywhere; } details { margin: .6rem 0; }
        @media print {
          :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --band: #fff;
            --c0: #1f5fa8; --c1: #c2571a; --c2: #2c7f4f; --c3: #8a3f97; --c4: #9a7400; --c5: #b0304a; --c6: #35818c;
            --c7: #6b6f78; }
          @page { size: landscape; margin: 12mm; }
          body { font-size: 9pt; max-width: none; margin: 0; }
          table { font-size: 6.5pt; }
          th, td { padding: .1rem .3rem; } td.note { min-width: 9rem; }
          svg { max-height: 165mm; } figure, tr { break-inside: avoid; } h2 { break-after: avoid; }
          .wide { overflow: visible; } thead { display: table-header-group; }
        }
        """;

    public static string Of(BenchRecord record)
    {
        var html = new StringBuilder();
        Begin(html, record.Command);
        html.Append("<dl>\n");
        foreach ((string name, string value) in MarkdownReport.Facts(record))
            html.Append("<dt>").Append(Text(name)).Append("</dt><dd>").Append(Text(value)).Append("</dd>\n");
        html.Append("</dl>\n");
        foreach (string note in record.Noise.Notes)
            html.Append("<p class=\"noise\">Noise: ").Append(Text(note)).Append(".</p>\n");
        foreach (IGrouping<string, ReportTable> part in ReportTable.Of(record).GroupBy(table => table.Part))
        {
            html.Append("<h2>").Append(Text(part.Key)).Append("</h2>\n");
            BenchRow[] rows = [.. record.Rows.Where(row => row.Part == part.Key)];
            Plots(html, part.Key, rows);
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

    private static readonly string[] s_apart =
        ["shape", "device", "precision", "threads", "vectors", "dimensions"];

    /// <summary>The head and the title.</summary>
    public static void Begin(StringBuilder html, string title) => html
        .Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
        .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
        .Append("<title>").Append(Text(title)).Append("</title>\n<style>\n").Append(Style)
        .Append("\n</style>\n</head>\n<body>\n<h1>").Append(Text(title)).Append("</h1>\n");

    /// <summary>The end, and the whole page.</summary>
    public static string End(StringBuilder html) => html.Append("</body>\n</html>\n").ToString();

    /// <summary>A text as HTML.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    private static void Plots(StringBuilder html, string part, BenchRow[] rows)
    {
        switch (part)
        {
            case "kernels":
                RooflinePlot.Append(html, rows);
                BarPlot.Append(
                    html, "Share of the roofline, by kernel; the whole width is the least time this machine allows.",
                    [.. rows.Where(row => row.Metric("roofline") is not null).Select(row => new Bar(
                        row.Label("op"), $"{row.Label("kernel")} {row.Label("variant")} {row.Label("shape")}",
                        row.Metric("roofline")!.Value,
                        $"{Units.Percent(row.Metric("roofline")!.Value)} · {Units.Seconds(row.Median)}"))], 1);
                break;
            case "peak":
                foreach (string unit in rows.Where(row => !row.IsTime).Select(row => row.Unit).Distinct())
                {
                    BarPlot.Append(html, $"Measured ceilings in {unit}.",
                    [
                        .. rows.Where(row => row.Unit == unit).Select(row => new Bar(
                            row.Label("level").Length > 0 ? row.Label("level") : row.Label("kind"),
                            Ceiling(row),
                            row.Median, Units.Text(row.Median, row.Unit))),
                    ], 0);
                }
                break;
            case "model":
                CurvePlot.Append(
                    html,
                    "Latency and throughput: median latency of a batch against tokens a second; beside a point, "
                    + "the tokens "
                    + "of each of its texts.", "tokens/s",
                    "latency",
                    Curves(rows.Where(row => row.Label("scenario") == "Grid"), "tokens_per_second", row => row.Median,
                        "batch", count => $"batch of {count}", row => row.Label("tokens")), Units.Seconds);
                CurvePlot.Append(
                    html, "Server: latency of the 99th percentile under Poisson arrivals, against texts a second.",
                    "texts/s", "p99",
                    Curves(rows.Where(row => row.Label("scenario") == "Server"), "texts_per_second",
                        row => row.Metric("p99_seconds") ?? double.NaN, "threads", Threads, _ => ""),
                    Units.Seconds);
                BarPlot.Append(html, "Share of time by op.",
                [
                    .. rows.Where(row => row.Label("scenario") == "Ops").Select(row => new Bar(
                        row.Label("shape"), $"{row.Label("shape")} {row.Label("op")}", row.Metric("share")
                            ?? 0, Units.Percent(row.Metric("share") ?? 0))),
                ], 1);
                break;
            case "search":
                CurvePlot.Append(
                    html, "Recall beside speed: recall@10 against queries a second.", "queries/s", "recall@10",
                    Curves(rows.Where(row => row.Metric("recall") is not null), "queries_per_second",
                        row => row.Metric("recall")!.Value, "index", name => name, _ => ""),
                    value => value.ToString("0.00", CultureInfo.InvariantCulture), isShare: true);
                break;
        }
    }

    private static List<Curve> Curves(
        IEnumerable<BenchRow> rows, string x, Func<BenchRow, double> y, string label, Func<string, string> name,
        Func<BenchRow, string> beside)
    {
        BenchRow[] points = [.. rows.Where(row => row.Metric(x) is > 0 && y(row) > 0)];
        // Points of two models, devices or sizes are on no common curve.
        string[] apart = [.. s_apart.Where(
            key => key != label && points.Select(row => row.Label(key)).Distinct().Count() > 1)];
        return [.. points.GroupBy(row => string.Join(", ", apart.Select(row.Label).Prepend(name(row.Label(label)))))
            .Select(group => new Curve(
                group.Key, [.. group.Select(row => (row.Metric(x)!.Value, y(row), beside(row))).Order()]))];
    }

    private static string Threads(string count) => count == "1" ? "1 thread" : $"{count} threads";

    // L2 read, 1 thread; of a device, f32 or 64KiB to the device.
    private static string Ceiling(BenchRow row)
    {
        string what = $"{row.Label("kind")}{row.Label("level")} {row.Label("access")}".TrimEnd();
        return row.Label("threads") is { Length: > 0 } count ? $"{what}, {Threads(count)}" : what;
    }

    /// <summary>A table, which scrolls where the window is narrow.</summary>
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
                html.Append("<td").Append(kind).Append('>').Append(Text(row[i])).Append("</td>");
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
