using System.Text;
using Sextant.Measurement.Records;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Reports;

/// <summary>
/// GFLOP/s over operations a byte, beneath the ceilings that the same run measured; both logarithmic.
/// </summary>
internal static class RooflinePlot
{
    private const int Width = 960;
    private const int Height = 430;

    public static void Append(StringBuilder html, IReadOnlyList<BenchRow> rows)
    {
        BenchRow[] points = [.. rows.Where(row => row.Metric("intensity") is > 0 && row.Metric("gflops") is > 0)];
        if (points.Length == 0)
            return;
        (double Left, double Top, double Right, double Bottom) at = (70, 26, Width - 190, Height - 44);
        double peak = Quantile.Median([.. points.Select(row => row.Metric("arithmetic_gflops") ?? double.NaN)]);
        double[] bandwidths = [.. points.Select(row => row.Metric("bandwidth_gbs") ?? 0)
            .Where(speed => speed > 0).Distinct().Order()];
        var x = new Axis([.. points.Select(row => row.Metric("intensity")!.Value), peak / bandwidths[0]], at.Left,
            at.Right, logarithmic: true);
        var y = new Axis(
            [.. points.Select(row => row.Metric("gflops")!.Value), peak], at.Bottom, at.Top, logarithmic: true);
        double least = points.Min(row => row.Metric("intensity")!.Value) * 0.8;
        double most = Math.Max(points.Max(row => row.Metric("intensity")!.Value), peak / bandwidths[0]) * 1.25;
        Svg.Begin(
            html, "Roofline: what each kernel reaches beneath the arithmetic and memory that this run measured.", Width,
            Height);
        Svg.Frame(html, x, y, at, "operations a byte", "GFLOP/s", Svg.Short);
        foreach (double speed in bandwidths)
        {
            // A slope begins where it enters the frame: from a clamped point it would stand for another bandwidth.
            double ridge = peak / speed, start = Math.Max(least, y.Low / speed);
            List<(double, double)> roof = [];
            if (ridge > start)
                roof.Add((x.At(start), y.At(start * speed)));
            roof.Add((x.At(Math.Max(ridge, least)), y.At(peak)));
            roof.Add((x.At(most), y.At(peak)));
            Svg.Path(html, roof, 7, "5 4");
        }
        List<string> ops = [.. points.Select(row => row.Label("op")).Distinct()];
        foreach (BenchRow row in points)
        {
            string speed = Units.Number(row.Metric("gflops")!.Value);
            string share = Units.Percent(row.Metric("roofline") ?? double.NaN);
            Svg.Point(
                html, x.At(row.Metric("intensity")!.Value), y.At(row.Metric("gflops")!.Value),
                ops.IndexOf(row.Label("op")),
                $"{row.Label("kernel")} {row.Label("variant")} {row.Label("shape")}: {speed} GFLOP/s, {share}");
        }
        for (int i = 0; i < ops.Count; i++)
        {
            double line = at.Top + 8 + 20 * i;
            Svg.Point(html, at.Right + 18, line, i, ops[i]);
            Svg.Text(html, at.Right + 30, line + 4, ops[i]);
        }
        // The ceilings say what they are: each slope beside its lower end, the arithmetic above its right end.
        foreach (double speed in bandwidths)
        {
            double start = Math.Max(least, y.Low / speed) * 1.06;
            Svg.Text(html, x.At(start) + 10, y.At(start * speed) - 4, $"{Units.Number(speed)} GB/s", "start", "soft");
        }
        Svg.Text(html, at.Right - 4, y.At(peak) - 6, $"{Units.Number(peak)} GFLOP/s", "end", "soft");
        Svg.End(html);
    }
}
