using System.Globalization;
using Sextant.Measurement.Cases;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>
/// Rows of one kind as a table of texts: the columns that any of the rows has something to say in.
/// </summary>
/// <param name="Part">The part that the rows belong to.</param>
/// <param name="Kind">What they are within it: a scenario, or what is peaking; empty where a part has one kind.</param>
/// <param name="Columns">Headers.</param>
/// <param name="Rows">Cells.</param>
internal sealed record ReportTable(
    string Part, string Kind, IReadOnlyList<string> Columns, IReadOnlyList<string[]> Rows)
{
    private static readonly (string Name, string Header, Func<double, string> Text)[] s_metrics =
    [
        ("wall_seconds", "by the wall's clock", Units.Seconds),
        ("p50_seconds", "p50", Units.Seconds),
        ("p90_seconds", "p90", Units.Seconds),
        ("p99_seconds", "p99", Units.Seconds),
        ("tokens_per_second", "tokens/s", Units.Number),
        ("texts_per_second", "texts/s", Units.Number),
        ("gflops", "GFLOP/s", Units.Number),
        ("gbs", "GB/s", Units.Number),
        ("queries_per_second", "queries/s", Units.Number),
        ("recall", "recall@10", value => value.ToString("F4", CultureInfo.InvariantCulture)),
        ("roofline", "of roofline", Units.Percent),
        ("max_abs", "max abs", Units.Number),
        ("max_ulp", "max ulp", Units.Number),
        ("nmse", "NMSE", Units.Number),
        ("in_batch_different", "other bits in a batch", Units.Number),
        ("share", "share", Units.Percent),
        ("bytes_allocated", "allocated", Units.Bytes),
        ("host_bytes", "host memory", Units.Bytes),
        ("device_bytes", "device memory", Units.Bytes),
        ("index_bytes", "memory", Units.Bytes),
    ];

    /// <summary>One table for each kind of rows that the record has, in its order.</summary>
    public static List<ReportTable> Of(BenchRecord record) =>
        [.. record.Rows.GroupBy(row => (row.Part, Kind: Sort(row))).Select(
            group => Of(group.Key.Part, group.Key.Kind, [.. group]))];

    // A scenario has numbers that another has not: together they would make a table of empty cells.
    private static string Sort(BenchRow row) =>
        row.Part switch { "model" => row.Label("scenario"), "peak" => row.Label("what"), _ => "" };

    private static ReportTable Of(string part, string kind, IReadOnlyList<BenchRow> rows)
    {
        // A label that all rows share is said once, above the table, by the record's machine and command.
        string[] labels = [.. rows.SelectMany(row => row.Labels.Select(label => label.Key)).Distinct()
            .Where(key => rows.Count == 1 || rows.Select(row => row.Label(key)).Distinct().Count() > 1)];
        var metrics = s_metrics.Where(metric => rows.Any(row => row.Metric(metric.Name) is not null)).ToArray();
        bool bits = rows.Any(row => row.BitEqual is not null);
        bool notes = rows.Any(row => row.Notes.Count > 0);
        // Rows of bits and of correctness count what was compared; they have no times, and no spread.
        bool timed = rows.Any(row => row.Unit != KernelRows.Values);
        List<string> columns =
            [.. labels, .. timed ? ["median", "p10 – p90"] : (string[])["bits"], .. metrics.Select(m => m.Header)];
        if (bits && timed)
            columns.Add("bit-equal");
        if (notes)
            columns.Add("notes");
        var table = new List<string[]>();
        foreach (BenchRow row in rows)
        {
            List<string> cells =
            [
                .. labels.Select(label => Label(row, label)),
                .. timed
                    ? [Units.Text(row.Median, row.Unit), Units.Range(row.Low, row.High, row.Unit)]
                    : (string[])[Equality(row)],
                .. metrics.Select(metric => row.Metric(metric.Name) is { } value ? metric.Text(value) : ""),
            ];
            if (bits && timed)
                cells.Add(row.BitEqual switch { true => "yes", false => "NO", _ => "" });
            if (notes)
                cells.Add(string.Join("; ", row.Notes));
            table.Add([.. cells]);
        }
        return new ReportTable(part, kind, columns, table);
    }

    private static string Label(BenchRow row, string label) =>
        label == "bytes" && double.TryParse(row.Label(label), CultureInfo.InvariantCulture, out double bytes)
            ? Units.Bytes(bytes) : row.Label(label);

    // "132 of 132 equal"; records of older programs do not say how many differ.
    private static string Equality(BenchRow row) => row.Metric("different") is { } different
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{(different > 0 ? "NO: " : "")}{row.Median - different:#,##0} of {row.Median:#,##0} equal")
        : string.Create(CultureInfo.InvariantCulture,
            $"{(row.BitEqual == false ? "NO: not all" : "all")} {row.Median:#,##0} equal");
}
