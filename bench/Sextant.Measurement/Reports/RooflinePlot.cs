using System.Globalization;
using System.Text;
using Sextant.Measurement.Records;
using Sextant.Measurement.Statistics;

namespace Sextant.Measurement.Reports;

/// <summary>
/// GFLOP/s over operations a byte, beneath the ceilings that the same run measured; both logarithmic. Each point has a
/// number, and a list below says what it is.
/// </summary>
internal static class RooflinePlot
{
    private const string Caption =
        "Roofline: what each kernel reaches beneath the arithmetic and the memory that this run measured. A slope is "
        + "what reading from a level of the memory allows; a point has the colour of the level that its data is in.";

    public static void Append(StringBuilder html, IReadOnlyList<BenchRow> rows)
    {
        BenchRow[] points = [.. rows.Where(row => row.Metric("intensity") is > 0 && row.Metric("gflops") is > 0
            && row.Metric("arithmetic_gflops") is > 0)];
        if (points.Length == 0)
            return;
        // Records of older programs do not name the levels.
        (string Name, double Speed)[] levels = [.. points
            .Where(row => row.Metric("bandwidth_gbs") is > 0)
            .Select(row => (row.Label("memory"), row.Metric("bandwidth_gbs")!.Value)).Distinct()
            .OrderByDescending(level => level.Item2)];
        double peak = Quantile.Median([.. points.Select(row => row.Metric("arithmetic_gflops") ?? double.NaN)]);
        html.Append("<figure><figcaption>").Append(HtmlReport.Text(Caption)).Append("</figcaption>\n");
        BarPlot.Legend(html, [Paint.Arithmetic, .. levels.Select(level => Paint.Memory(level.Name))]);
        foreach (PlotSize size in PlotSize.All)
            Draw(html, size, points, levels, peak);
        html.Append("<ol class=\"points\">\n");
        foreach (BenchRow row in points)
        {
            html.Append("<li>").Append(HtmlReport.Text(
                $"{row.Label("kernel")} {row.Label("variant")} {row.Label("shape")}"
                + $"{(row.Label("memory") is { Length: > 0 } level ? ", " + level : "")}: "
                + $"{Units.Number(row.Metric("gflops")!.Value)} GFLOP/s, "
                + $"{Units.Percent(row.Metric("roofline") ?? double.NaN)}")).Append("</li>\n");
        }
        html.Append("</ol></figure>\n");
    }

    private static void Draw(
        StringBuilder html, PlotSize size, BenchRow[] points, (string Name, double Speed)[] levels, double peak)
    {
        // Names of the slopes stand at their lower ends, left of the frame.
        (double Left, double Top, double Right, double Bottom) at = (112, 50, size.Width - 48, size.Height - 44);
        double lowest = points.Min(row => row.Metric("intensity")!.Value);
        var x = new Axis(
            [.. points.Select(row => row.Metric("intensity")!.Value), .. levels.Select(level => peak / level.Speed)],
            at.Left, at.Right, logarithmic: true);
        // Every slope begins at the left end, not below the frame.
        var y = new Axis(
            [.. points.Select(row => row.Metric("gflops")!.Value), peak,
                .. levels.Select(level => Math.Min(peak, x.Low * level.Speed))],
            at.Bottom, at.Top, logarithmic: true);
        var space = new LabelSpace(at.Left, at.Top, at.Right, at.Bottom);
        Svg.Begin(html, Caption, size);
        Svg.Frame(html, x, y, at, "operations a byte", "GFLOP/s", Svg.Short);
        double free = double.NegativeInfinity;
        foreach ((string name, double speed) in levels)
        {
            double start = Math.Min(peak, x.Low * speed);
            (double, double) low = (at.Left, y.At(start)), ridge = (x.At(Math.Max(peak / speed, x.Low)), y.At(peak));
            Paint paint = Paint.Memory(name);
            Svg.Path(html, [low, ridge], paint.Colour, "5 4");
            space.TakeLine(low, ridge);
            // Two names keep apart where their slopes begin close to each other.
            double line = Math.Max(y.At(start) + 4, free);
            free = line + 14;
            Svg.Text(html, at.Left - 6, line, $"{paint.Meaning} {Units.Number(speed)} GB/s", "end");
        }
        double first = levels.Length > 0 ? Math.Max(x.Low, peak / levels[0].Speed) : lowest;
        Svg.Path(html, [(x.At(first), y.At(peak)), (at.Right, y.At(peak))], Paint.Arithmetic.Colour, "5 4");
        space.TakeLine((x.At(first), y.At(peak)), (at.Right, y.At(peak)));
        Svg.Text(html, at.Left, at.Top - 28, $"arithmetic {Units.Number(peak)} GFLOP/s");
        foreach (BenchRow row in points)
            space.Take(X(row), Y(row), 4, 4);
        for (int i = 0; i < points.Length; i++)
        {
            BenchRow row = points[i];
            string number = (i + 1).ToString(CultureInfo.InvariantCulture);
            if (space.Place(X(row), Y(row), 1 + 3.4 * number.Length, 6) is { } spot)
            {
                // A leader where the number is not beside its point.
                if (Math.Abs(spot.X - X(row)) + Math.Abs(spot.Y - Y(row)) > 26)
                    Svg.Line(html, X(row), Y(row), spot.X, spot.Y, "leader");
                Svg.Text(html, spot.X, spot.Y + 4, number, "middle", "number");
            }
            Svg.Point(html, X(row), Y(row), Paint.Memory(row.Label("memory")).Colour,
                $"{number}: {row.Label("kernel")} {row.Label("variant")} {row.Label("shape")}");
        }
        Svg.End(html);

        double X(BenchRow row) => x.At(row.Metric("intensity")!.Value);
        double Y(BenchRow row) => y.At(row.Metric("gflops")!.Value);
    }
}
