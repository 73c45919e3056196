using System.Text;

namespace Sextant.Measurement.Reports;

/// <summary>
/// Points that belong together, in the order of x; a point's label, which may be empty, stands beside it.
/// </summary>
internal sealed record Curve(string Name, IReadOnlyList<(double X, double Y, string Label)> Points);

/// <summary>Curves over a logarithmic x, with a legend above them.</summary>
internal static class CurvePlot
{
    /// <summary>Draws curves; y is logarithmic where it spans much, unless it is a share of one.</summary>
    public static void Append(
        StringBuilder html, string caption, string xTitle, string yTitle, IReadOnlyList<Curve> curves,
        Func<double, string> yText, bool isShare = false)
    {
        if (!curves.Any(curve => curve.Points.Count > 0))
            return;
        html.Append("<figure><figcaption>").Append(HtmlReport.Text(caption)).Append("</figcaption>\n");
        BarPlot.Legend(html, curves.Select((curve, i) => new Paint(i % Svg.Colours, curve.Name)));
        foreach (PlotSize size in PlotSize.All)
            Draw(html, caption, size, xTitle, yTitle, curves, yText, isShare);
        html.Append("</figure>\n");
    }

    private static void Draw(
        StringBuilder html, string caption, PlotSize size, string xTitle, string yTitle, IReadOnlyList<Curve> curves,
        Func<double, string> yText, bool isShare)
    {
        (double Left, double Top, double Right, double Bottom) at = (10, 30, size.Width - 72, size.Height - 44);
        double[] ys = [.. curves.SelectMany(curve => curve.Points.Select(point => point.Y))];
        var x = new Axis(
            curves.SelectMany(curve => curve.Points.Select(point => point.X)), at.Left, at.Right, logarithmic: true);
        var y = new Axis(ys, at.Bottom, at.Top, logarithmic: !isShare && ys.Max() > 5 * ys.Min());
        var space = new LabelSpace(at.Left, at.Top, at.Right, at.Bottom);
        Svg.Begin(html, caption, size);
        Svg.Frame(html, x, y, at, xTitle, yTitle, yText);
        for (int i = 0; i < curves.Count; i++)
        {
            (double X, double Y)[] points = [.. curves[i].Points.Select(point => (x.At(point.X), y.At(point.Y)))];
            Svg.Path(html, points, i);
            for (int j = 0; j < points.Length; j++)
            {
                space.Take(points[j].X, points[j].Y, 4, 4);
                if (j > 0)
                    space.TakeLine(points[j - 1], points[j]);
            }
        }
        for (int i = 0; i < curves.Count; i++)
        {
            foreach ((double px, double py, string label) in curves[i].Points)
            {
                Svg.Point(html, x.At(px), y.At(py), i, $"{curves[i].Name}: {Units.Number(px)} {xTitle}, {yText(py)}");
                if (label.Length > 0 && space.Place(x.At(px), y.At(py), 1 + 3.6 * label.Length, 7) is { } spot)
                    Svg.Text(html, spot.X, spot.Y + 4, label, "middle", "soft");
            }
        }
        Svg.End(html);
    }
}
