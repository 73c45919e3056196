using System.Globalization;
using System.Text;
using Sextant.Measurement.Records;

namespace Sextant.Measurement.Reports;

/// <summary>The plots of each part of a record.</summary>
internal static class PartPlots
{
    // Points of two models, devices or sizes are on no common curve.
    private static readonly string[] s_apart =
        ["shape", "device", "precision", "threads", "vectors", "dimensions"];

    public static void Append(StringBuilder html, string part, BenchRow[] rows)
    {
        switch (part)
        {
            case "kernels":
                RooflinePlot.Append(html, rows);
                BarPlot.Shares(
                    html,
                    "Share of the roofline, by kernel: the whole width is the least time that this machine allows. The "
                    + "colour says what bounds it, the arithmetic or a level of the memory.",
                    [.. rows.Where(row => row.Metric("roofline") is not null).Select(row => new Bar(
                        Bound(row), $"{row.Label("kernel")} {row.Label("variant")} {row.Label("shape")}",
                        row.Metric("roofline")!.Value,
                        $"{Units.Percent(row.Metric("roofline")!.Value)} · {Units.Seconds(row.Median)}"))]);
                break;
            case "peak":
                foreach (string unit in rows.Where(row => !row.IsTime).Select(row => row.Unit).Distinct())
                {
                    BarPlot.Append(html, $"Measured ceilings in {unit}.",
                    [
                        .. rows.Where(row => row.Unit == unit).Select(row => new Bar(
                            row.Label("level") is { Length: > 0 } level ? Paint.Memory(level) : Paint.Arithmetic,
                            Ceiling(row), row.Median, Units.Text(row.Median, row.Unit))),
                    ]);
                }
                break;
            case "model":
                CurvePlot.Append(
                    html,
                    "Latency and throughput: median latency of a batch against tokens a second; beside a point, the "
                    + "tokens of each of its texts.",
                    "tokens/s", "latency",
                    Curves(rows.Where(row => row.Label("scenario") == "Grid"), "tokens_per_second", row => row.Median,
                        "batch", count => $"batch of {count}", row => row.Label("tokens")), Units.Seconds);
                CurvePlot.Append(
                    html, "Server: latency of the 99th percentile under Poisson arrivals, against texts a second.",
                    "texts/s", "p99",
                    Curves(rows.Where(row => row.Label("scenario") == "Server"), "texts_per_second",
                        row => row.Metric("p99_seconds") ?? double.NaN, "threads", Threads, _ => ""),
                    Units.Seconds);
                BarPlot.Append(html, "Share of the time by op.",
                [
                    .. rows.Where(row => row.Label("scenario") == "Ops").Select(row => new Bar(
                        Paint.Plain, $"{row.Label("shape")} {row.Label("op")}", row.Metric("share") ?? 0,
                        Units.Percent(row.Metric("share") ?? 0))),
                ]);
                break;
            case "search":
                CurvePlot.Append(
                    html, "Recall beside speed: recall@10 against queries a second.", "queries/s", "recall@10",
                    Curves(rows.Where(row => row.Metric("recall") is not null), "queries_per_second",
                        row => row.Metric("recall")!.Value, "index", name => name, _ => ""),
                    value => value.ToString("0.00", CultureInfo.InvariantCulture), isShare: true);
                break;
        }
        LowShares.Append(html, rows);
    }

    // Beneath the ridge the memory bounds a kernel, beyond it the arithmetic.
    private static Paint Bound(BenchRow row) =>
        row.Metric("roofline_gflops") >= 0.999 * row.Metric("arithmetic_gflops")
            ? Paint.Arithmetic : Paint.Memory(row.Label("memory"));

    private static List<Curve> Curves(
        IEnumerable<BenchRow> rows, string x, Func<BenchRow, double> y, string label, Func<string, string> name,
        Func<BenchRow, string> beside)
    {
        BenchRow[] points = [.. rows.Where(row => row.Metric(x) is > 0 && y(row) > 0)];
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
}
