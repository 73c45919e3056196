using System.Globalization;
using System.Text;
using Sextant.Measurement.Machines;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>A record as Markdown: the machine, what disturbed it, a table for each part.</summary>
internal static class MarkdownReport
{
    public static string Of(BenchRecord record)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {record.Command}\n\n");
        foreach ((string name, string value) in Facts(record))
            text.Append(CultureInfo.InvariantCulture, $"* {name}: {value}\n");
        foreach (string note in record.Noise.Notes)
            text.Append(CultureInfo.InvariantCulture, $"* **noise**: {note}\n");
        foreach (ReportTable table in ReportTable.Of(record))
        {
            text.Append("\n## ").Append($"{table.Part} {table.Kind}".TrimEnd()).Append("\n\n");
            Append(text, table.Columns, table.Rows);
        }
        return text.ToString();
    }

    /// <summary>Writes a table whose columns line up as text too.</summary>
    public static void Append(StringBuilder text, IReadOnlyList<string> columns, IReadOnlyList<string[]> rows)
    {
        int[] widths = [.. columns.Select((column, i) => Math.Max(
            3, Math.Max(column.Length, rows.Count == 0 ? 0 : rows.Max(row => Cell(row[i]).Length))))];
        Line(columns.Select(Cell));
        Line(widths.Select((width, _) => new string('-', width)));
        foreach (string[] row in rows)
            Line(row.Select(Cell));

        void Line(IEnumerable<string> cells) =>
            text.Append("| ").AppendJoin(" | ", cells.Select((cell, i) => cell.PadRight(widths[i]))).Append(" |\n");
    }

    /// <summary>Where, when and with what a record was measured.</summary>
    public static List<(string Name, string Value)> Facts(BenchRecord record)
    {
        (BuildFacts build, MachineFacts machine) = (record.Build, record.Machine);
        List<(string, string)> facts =
        [
            ("engine", record.Engine),
            ("date", record.Date.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
            ("build",
                $"{build.Version}{(build.Commit.Length > 0 ? $", commit {build.Commit}" : "")}, "
                + $"{build.Runtime}"),
            ("processor", string.Create(CultureInfo.InvariantCulture,
                $"{machine.Processor}, {machine.Processors} in use, {machine.Megahertz:F0} MHz; "
                + $"{string.Join(", ", machine.InstructionSets)}")),
            ("caches", string.Join(", ", machine.Caches.Select(cache =>
                string.Create(CultureInfo.InvariantCulture, $"L{cache.Level} {Units.Bytes(cache.Bytes)}")))),
            ("memory", Units.Bytes(machine.MemoryBytes)),
            ("system", machine.System),
            ("device", record.Device),
        ];
        string[] ceilings = [.. new[] { Range(record, Ceiling.Arithmetic, "F0", "GFLOP/s"),
            Range(record, Ceiling.Reading, "F1", "GB/s read") }.Where(text => text.Length > 0)];
        if (ceilings.Length > 0)
            facts.Add(("one thread meanwhile", string.Join(", ", ceilings)));
        return facts;
    }

    // Of the rounds; empty where none is known.
    private static string Range(BenchRecord record, Ceiling ceiling, string format, string unit)
    {
        double[] values = [.. record.Calibration[ceiling].Where(double.IsFinite)];
        return values.Length == 0 ? "" : $"{values.Min().ToString(format, CultureInfo.InvariantCulture)} to "
            + $"{values.Max().ToString(format, CultureInfo.InvariantCulture)} {unit}";
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');
}
