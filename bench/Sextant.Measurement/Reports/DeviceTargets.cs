using System.Globalization;
using System.Text;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>
/// What a CUDA or OpenCL device should reach, and what the records of a run on it say: one line for each goal, also
/// where nothing was measured.
/// </summary>
internal static class DeviceTargets
{
    private const double ExactShare = 0.6, MmaFlops = 400e3, WideFlops = 600e3, ScanShare = 0.85;
    private const double MinThroughput = 1.0, MaxLatency = 0.5;

    private static readonly (string Batch, string Tokens)[] s_batches = [("32", "128"), ("256", "128"), ("64", "512")];

    /// <summary>A table: the figure, its goal, what was reached, whether it is met.</summary>
    public static string Of(IReadOnlyList<BenchRecord> records)
    {
        BenchRow[] rows = [.. records.Where(record => !IsPeer(record)).SelectMany(record => record.Rows)
            .Where(IsOfDevice)];
        List<string[]> table =
        [
            Bits(rows),
            ExactProduct(rows),
            Product(rows, "mma.sync", row => !row.Notes.Any(IsWide), MmaFlops),
            Product(rows, "wgmma", row => row.Notes.Any(IsWide), WideFlops),
            Scan(rows),
            .. s_batches.Select(batch => Throughput(records, batch.Batch, batch.Tokens)),
            Latency(records),
            Graphs(records),
        ];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Devices(records)}\n\n");
        MarkdownReport.Append(text, ["figure", "goal", "reached", "met"], table);
        return text.ToString();
    }

    private static string Devices(IReadOnlyList<BenchRecord> records) => string.Join(
        "; ",
        records.Select(record => record.Device)
            .Where(device => !device.StartsWith("cpu", StringComparison.Ordinal))
            .Distinct().DefaultIfEmpty("No record of a device."));

    private static bool IsPeer(BenchRecord record) => record.Engine != "sextant";

    private static bool IsOfDevice(BenchRow row) => row.Label("device") is { Length: > 0 } and not "cpu";

    private static bool IsWide(string note) => note.StartsWith("products by wgmma", StringComparison.Ordinal);

    private static string[] Bits(BenchRow[] rows)
    {
        BenchRow[] compared = [.. rows.Where(row => row.BitEqual is not null)];
        int equal = compared.Count(row => row.BitEqual == true);
        return Line(
            "rows of exact mode with the processor's bits", "all",
            compared.Length == 0 ? null : equal == compared.Length,
            $"{equal} of {compared.Length}");
    }

    private static string[] ExactProduct(BenchRow[] rows)
    {
        BenchRow? best = rows.Where(row => IsProduct(row, "exact") && row.Metric("arithmetic_gflops") > 0)
            .MaxBy(row => row.Metric("gflops") / row.Metric("arithmetic_gflops"));
        double share = best is null ? double.NaN
            : best.Metric("gflops")!.Value / best.Metric("arithmetic_gflops")!.Value;
        return Line(
            "exact product, of the measured f32 peak", $"≥ {Units.Percent(ExactShare)}",
            best is null ? null : share >= ExactShare,
            best is null ? ""
                : $"{Units.Percent(share)}: {Units.Number(best.Metric("gflops")!.Value / 1e3)} TFLOP/s at "
                    + $"{best.Label("shape")}");
    }

    private static string[] Product(BenchRow[] rows, string kind, Func<BenchRow, bool> isKind, double goal)
    {
        const string Shape = "8192,8192,8192";
        BenchRow? best = rows.Where(row => IsProduct(row, "fast") && row.Label("shape") == Shape && isKind(row))
            .MaxBy(row => row.Metric("gflops"));
        double reached = best?.Metric("gflops") ?? double.NaN;
        return Line(
            $"bf16 product by {kind}, {Shape}", $"≥ {Units.Number(goal / 1e3)} TFLOP/s",
            best is null ? null : reached >= goal,
            best is null ? "" : $"{Units.Number(reached / 1e3)} TFLOP/s");
    }

    private static bool IsProduct(BenchRow row, string precision) =>
        row.Label("op") == "gemm" && row.Label("precision") == precision && row.Unit == "s"
        && (precision == "exact" || row.Label("variant") != "f16");

    private static string[] Scan(BenchRow[] rows)
    {
        BenchRow? scan = rows.Where(row => row.Label("op") == "hamming"
            && row.Label("shape").EndsWith(",1024,1", StringComparison.Ordinal)).MaxBy(row => row.Metric("gbs"));
        // The largest working set: the others may be a cache's.
        BenchRow? copy = rows.Where(row => row.Label("what") == "memory" && row.Label("access") == "copy"
            && row.Label("level").EndsWith("MiB", StringComparison.Ordinal)).MaxBy(row => int.Parse(
                row.Label("level").AsSpan(0, row.Label("level").Length - 3), CultureInfo.InvariantCulture));
        double share = scan is null || copy is null ? double.NaN : scan.Metric("gbs")!.Value / copy.Median;
        return Line(
            "scan of codes of 1024 bits, one query, of the copy bandwidth", $"≥ {Units.Percent(ScanShare)}",
            double.IsNaN(share) ? null : share >= ScanShare,
            double.IsNaN(share) ? "" : $"{Units.Percent(share)}: {Units.Number(scan!.Metric("gbs")!.Value)} of "
                + $"{Units.Number(copy!.Median)} GB/s");
    }

    private static string[] Throughput(IReadOnlyList<BenchRecord> records, string batch, string tokens)
    {
        (BenchRow Ours, BenchRow Theirs)? pair = Pair(records, "bge-base", batch, tokens);
        return Line(
            $"bge-base shape, {batch} × {tokens}: tokens/s, of PyTorch's", $"≥ {MinThroughput:F1} ×",
            pair is { } one ? one.Theirs.Median / one.Ours.Median >= MinThroughput : null,
            pair is { } two
                ? $"{Ratio(two.Theirs.Median / two.Ours.Median)}: {Rate(two.Ours)} and {Rate(two.Theirs)}"
                : "");

        static string Rate(BenchRow row) => Units.Number(row.Metric("tokens_per_second") ?? double.NaN);
    }

    private static string[] Latency(IReadOnlyList<BenchRecord> records)
    {
        (BenchRow Ours, BenchRow Theirs)? pair = Pair(records, "minilm", "1", "32");
        return Line(
            "MiniLM shape, 1 × 32: time, of PyTorch's", $"≤ {MaxLatency:F1} ×",
            pair is { } one ? one.Ours.Median / one.Theirs.Median <= MaxLatency : null,
            pair is { } two ? $"{Ratio(two.Ours.Median / two.Theirs.Median)}: {Units.Seconds(two.Ours.Median)} and "
                + Units.Seconds(two.Theirs.Median) : "");
    }

    // No goal of its own: what a graph saves.
    private static string[] Graphs(IReadOnlyList<BenchRecord> records)
    {
        double with = Time(false), without = Time(true);
        return Line(
            "MiniLM shape, 1 × 32: with graphs, and without", "", null,
            double.IsNaN(with) || double.IsNaN(without) ? "" : $"{Units.Seconds(with)}, {Units.Seconds(without)}");

        double Time(bool off) => records
            .Where(record => !IsPeer(record) && record.Build.Settings.Contains("SEXTANT_CUDA_GRAPHS=0") == off
                && record.Command.StartsWith("sextant ", StringComparison.Ordinal))
            .SelectMany(record => record.Rows)
            .Where(row => IsGrid(row, "minilm", "1", "32") && IsOfDevice(row))
            .Select(row => row.Median).DefaultIfEmpty(double.NaN).Min();
    }

    private static bool IsGrid(BenchRow row, string shape, string batch, string tokens) =>
        row.Label("scenario") == "Grid" && row.Label("shape") == shape && row.Label("batch") == batch
        && row.Label("tokens") == tokens;

    private static (BenchRow Ours, BenchRow Theirs)? Pair(
        IReadOnlyList<BenchRecord> records, string shape, string batch, string tokens)
    {
        foreach (BenchRecord theirs in records.Where(IsPeer))
        {
            BenchRow? their = theirs.Rows.FirstOrDefault(row => IsGrid(row, shape, batch, tokens) && IsOfDevice(row));
            BenchRow? our = records.Where(record => !IsPeer(record) && record.Command == theirs.Command)
                .SelectMany(record => record.Rows).FirstOrDefault(row => row.Id == their?.Id);
            if (their is not null && our is not null)
                return (our, their);
        }
        return null;
    }

    private static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture) + " ×";

    private static string[] Line(string figure, string goal, bool? met, string reached) =>
        [figure, goal, reached.Length > 0 && !reached.StartsWith("0 of 0", StringComparison.Ordinal) ? reached
            : "not measured", goal.Length == 0 ? "" : met switch { true => "yes", false => "no", null => "" }];
}
