using System.Globalization;
using System.Text;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>The speed tables of the documents, from records alone: a test holds the documents against them.</summary>
internal static class ReadmeTables
{
    private static readonly (string Batch, string Tokens)[] s_batches = [("1", "8"), ("1", "32"), ("1", "128"),
        ("32", "128")];

    private static readonly string[] s_shapes = ["8,384,384", "32,384,384", "128,1536,384", "128,384,1536",
        "4096,1536,384"];

    /// <summary>Whole passes, matrix products, searches: each as far as the records have it.</summary>
    public static string Of(IReadOnlyList<BenchRecord> records)
    {
        var text = new StringBuilder();
        text.Append(Machine(records[0])).Append('\n');
        double[] loads = [.. records.Select(record => record.Noise.OtherLoad).Where(double.IsFinite)];
        if (loads.Length > 0 && loads.Max() > 0.1)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"**Disturbed**: other programs kept {loads.Min():F1} to {loads.Max():F1} processors busy meanwhile; ")
                .Append("what needs milliseconds at a stretch, both processors or the memory is faster on a ")
                .Append("quiet machine.\n");
        }
        text.Append('\n');
        BenchRow[] rows = [.. records.Where(record => !IsDuel(record)).SelectMany(record => record.Rows)];
        Passes(text, rows);
        Products(text, rows);
        Searches(text, rows);
        Peers(text, records);
        ColdStart(text, rows);
        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>
    /// Passes on one thread beside the peers that were timed in turns with them: the README's one table.
    /// </summary>
    public static string Headline(IReadOnlyList<BenchRecord> records)
    {
        var text = new StringBuilder();
        text.Append(Machine(records[0])).Append(" One thread, milliseconds of a pass; in brackets the time of the "
            + "other ")
            .Append("engine over ours, both measured in turns.\n\n");
        BenchRow[] rows = [.. records.Where(record => !IsDuel(record)).SelectMany(record => record.Rows)];
        string[] precisions = [.. rows.Where(IsPass).Select(row => row.Label("precision")).Distinct()];
        BenchRecord[] peers = [.. records.Where(record => IsDuel(record) && record.Engine != "sextant")
            .Where(record => record.Rows.Any(IsPass))];
        var table = new List<string[]>();
        foreach ((string batch, string tokens) in s_batches)
        {
            List<string> cells = [$"{batch} × {tokens}"];
            foreach (string precision in precisions)
                cells.Add(Milliseconds(rows.FirstOrDefault(row => IsPass(row) && Has(row, batch, tokens)
                    && row.Label("precision") == precision)));
            foreach (BenchRecord theirs in peers)
            {
                BenchRow? their = theirs.Rows.FirstOrDefault(row => IsPass(row) && Has(row, batch, tokens));
                BenchRow? our = Ours(records, theirs)?.Rows.FirstOrDefault(row => row.Id == their?.Id);
                cells.Add(their is null || our is null ? "" : $"{Milliseconds(their)} ({Times(their, our)})");
            }
            table.Add([.. cells]);
        }
        MarkdownReport.Append(
            text,
            ["sequences × tokens", .. precisions.Select(precision => $"Sextant {(precision == "exact" ? "f32" : precision)}"),
                .. peers.Select(record => record.Engine)],
            table);
        return text.ToString();
    }

    private static bool IsPass(BenchRow row) => row.Label("scenario") == "Grid" && row.Label("shape") == "minilm"
        && row.Label("device") == "cpu" && row.Label("threads") == "1";

    private static bool Has(BenchRow row, string batch, string tokens) =>
        row.Label("batch") == batch && row.Label("tokens") == tokens;

    private static string Milliseconds(BenchRow? row) => row is null ? "" : Units.Number(row.Median * 1e3);

    private static string Times(BenchRow theirs, BenchRow ours) =>
        (theirs.Median / ours.Median).ToString("0.0", CultureInfo.InvariantCulture) + " ×";

    private static BenchRecord? Ours(IReadOnlyList<BenchRecord> records, BenchRecord theirs) =>
        records.FirstOrDefault(record => record.Engine == "sextant" && record.Command == theirs.Command);

    // A record of one side of a duel has a command of bench/Sextant.Bench, the same in both.
    private static bool IsDuel(BenchRecord record) => !record.Command.StartsWith("sextant ", StringComparison.Ordinal);

    private static void Peers(StringBuilder text, IReadOnlyList<BenchRecord> records)
    {
        var table = new List<string[]>();
        foreach (BenchRecord theirs in records.Where(record => IsDuel(record) && record.Engine != "sextant"))
        {
            BenchRecord? ours = Ours(records, theirs);
            foreach (BenchRow row in theirs.Rows)
            {
                if (ours?.Rows.FirstOrDefault(own => own.Id == row.Id) is { } own)
                {
                    table.Add([
                        theirs.Engine, row.Id, Units.Seconds(own.Median), Units.Seconds(row.Median), Times(row, own),
                    ]);
                }
            }
        }
        if (table.Count == 0)
            return;
        MarkdownReport.Append(text, ["in turns with", "row", "ours", "theirs", "their time"], table);
        text.Append('\n');
    }

    private static void ColdStart(StringBuilder text, BenchRow[] rows)
    {
        foreach (BenchRow row in rows.Where(row => row.Label("scenario") == "ColdStart" && row.Label("phase") == "all"))
        {
            text.Append(CultureInfo.InvariantCulture,
                    $"A new process with `{row.Label("shape")}` takes {Units.Seconds(row.Median)} from its start to ")
                .Append(CultureInfo.InvariantCulture,
                    $"the first vector and {Units.Bytes(row.Metric("host_bytes") ?? double.NaN)}.\n");
        }
    }

    private static string Machine(BenchRecord record) => string.Create(CultureInfo.InvariantCulture,
        $"Measured {record.Date:yyyy-MM-dd} on {record.Machine.Processor}, {record.Machine.Processors} processors, "
        + $"{record.Build.Runtime}.");

    private static void Passes(StringBuilder text, BenchRow[] rows)
    {
        string[] threads = [.. rows.Where(row => row.Label("scenario") == "Grid")
            .Select(row => row.Label("threads")).Distinct()];
        if (threads.Length == 0)
            return;
        List<string> columns = ["sequences × tokens"];
        foreach (string count in threads)
            columns.AddRange([count == "1" ? "1 thread" : $"{count} threads", "of roofline", "tokens/s"]);
        var table = new List<string[]>();
        foreach ((string batch, string tokens) in s_batches)
        {
            List<string> cells = [$"{batch} × {tokens}"];
            foreach (string count in threads)
            {
                BenchRow? row = rows.FirstOrDefault(row => row.Label("scenario") == "Grid"
                    && row.Label("shape") == "minilm"
                    && row.Label("batch") == batch && row.Label("tokens") == tokens && row.Label("threads") == count);
                cells.AddRange(row is null
                    ? ["", "", ""]
                    : [Units.Seconds(row.Median), Units.Percent(row.Metric("roofline") ?? double.NaN),
                        Units.Number(row.Metric("tokens_per_second") ?? double.NaN)]);
            }
            table.Add([.. cells]);
        }
        MarkdownReport.Append(text, columns, table);
        text.Append('\n');
    }

    private static void Products(StringBuilder text, BenchRow[] rows)
    {
        BenchRow[] products = [.. rows.Where(row => row.Label("op") == "gemm" && row.Label("kernel").Length > 0)];
        if (products.Length == 0)
            return;
        string best = products[0].Label("isa");
        string[] variants = ["f32", "f16", "bf16"];
        List<string[]> table = [.. s_shapes.Select(shape => (string[])
        [
            $"({shape})",
            .. variants.Select(variant => products.FirstOrDefault(
                row => row.Label("isa") == best && row.Label("shape") == shape && row.Label("variant") == variant)
                is { } row
                    ? $"{Units.Number(row.Metric("gflops") ?? double.NaN)} GFLOP/s, "
                        + Units.Percent(row.Metric("roofline") ?? double.NaN)
                    : ""),
        ])];
        MarkdownReport.Append(text, ["matrix product, 1 thread, of roofline", .. variants], table);
        text.Append('\n');
    }

    private static void Searches(StringBuilder text, BenchRow[] rows)
    {
        BenchRow[] searches = [.. rows.Where(row => row.Part == "search" && row.Label("dimensions") == "384")];
        if (searches.Length == 0)
            return;
        string vectors = Units.Number(double.Parse(searches[0].Label("vectors"), CultureInfo.InvariantCulture));
        MarkdownReport.Append(
            text, [$"index over {vectors} × 384", "queries at once", "threads", "queries/s", "recall@10"],
            [
                .. searches.Select(row => (string[])
                [
                    row.Label("index"), row.Label("queries"), row.Label("threads"),
                    Units.Number(row.Metric("queries_per_second") ?? double.NaN),
                    (row.Metric("recall") ?? double.NaN).ToString("F3", CultureInfo.InvariantCulture),
                ]),
            ]);
        text.Append('\n');
    }
}
