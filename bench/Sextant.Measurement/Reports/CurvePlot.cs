using System.Text;

namespace Sextant.Measurement.Reports;

/// <summary>
/// Points that belong together, in the order of x; a point's label, which may be empty, stands beside it.
/// </summary>
internal sealed record Curve(string Name, IReadOnlyList<(double X, double Y, string Label)> Points);

/// <summary>Curves over a logarithmic x, with a legend beside them.</summary>
internal static class CurvePlot
{
    private const int Width = 960;
    private const int Height = 380;

    /// <summary>Draws curves; y is logarithmic where it spans much, unless it is a share of one.</summary>
    public static void Append(
        StringBuilder html, string caption, string xTitle, string yTitle, IReadOnlyList<Curve> curves,
        Func<double, string> yText, bool isShare = false)
    {
        if (!curves.Any(curve => curve.Points.Count > 0))
            return;
        (double Left, double Top, double Right, double Bottom) at = (84, 26, Width - 190, Height - 44);
        double[] ys = [.. curves.SelectMany(curve => curve.Points.Select(point => point.Y))];
        var x = new Axis(
            curves.SelectMany(curve => curve.Points.Select(point => point.X)), at.Left, at.Right, logarithmic: true);
        var y = new Axis(ys, at.Bottom, at.Top, logarithmic: !isShare && ys.Max() > 5 * ys.Min());
        Svg.Begin(html, caption, Width, Height);
        Svg.Frame(html, x, y, at, xTitle, yTitle, yText);
        for (int i = 0; i < curves.Count; i++)
        {
            Svg.Path(html, curves[i].Points.Select(point => (x.At(point.X), y.At(point.Y))), i);
            foreach ((double px, double py, string label) in curves[i].Points)
            {
                Svg.Point(html, x.At(px), y.At(py), i, $"{curves[i].Name}: {Units.Number(px)} {xTitle}, {yText(py)}");
                if (label.Length > 0)
                    Svg.Text(html, x.At(px) - 7, y.At(py) - 7, label, "end", "soft");
            }
            double line = at.Top + 8 + 20 * i;
            Svg.Point(html, at.Right + 18, line, i, curves[i].Name);
            Svg.Text(html, at.Right + 30, line + 4, curves[i].Name);
        }
        Svg.End(html);
    }
}
