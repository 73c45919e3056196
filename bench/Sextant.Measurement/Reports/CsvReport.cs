using System.Globalization;
using System.Text;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>
/// A record's rows as comma-separated values (RFC 4180): a column for each label and metric that any row has.
/// </summary>
internal static class CsvReport
{
    public static string Of(BenchRecord record)
    {
        string[] labels = [.. record.Rows.SelectMany(row => row.Labels.Select(label => label.Key)).Distinct()];
        string[] metrics = [.. record.Rows.SelectMany(row => row.Metrics.Select(metric => metric.Key)).Distinct()];
        var text = new StringBuilder();
        Line(text, ["id", "part", .. labels, "unit", "median", "p10", "p90", "rounds", .. metrics, "bit_equal", "notes",
            "repeat"]);
        foreach (BenchRow row in record.Rows)
        {
            Line(text,
            [
                row.Id, row.Part, .. labels.Select(row.Label), row.Unit, Number(row.Median), Number(row.Low),
                Number(row.High),
                row.Samples.Length.ToString(CultureInfo.InvariantCulture),
                .. metrics.Select(metric => row.Metric(metric) is { } value
                    && double.IsFinite(value) ? Number(value) : ""),
                row.BitEqual switch { true => "yes", false => "no", _ => "" }, string.Join("; ", row.Notes), row.Repeat,
            ]);
        }
        return text.ToString();
    }

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private static void Line(StringBuilder text, IEnumerable<string> cells) =>
        text.AppendJoin(',', cells.Select(Quoted)).Append("\r\n");

    private static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? cell
        : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
