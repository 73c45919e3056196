using System.Globalization;
using System.Text;

namespace Sextant.Measurement.Reports;

/// <summary>The few shapes that the plots are made of. Colours are the page's variables --c0 … --c7.</summary>
internal static class Svg
{
    public const int Colours = 8;

    public static void Begin(StringBuilder html, string caption, int width, int height) => html
        .Append("<figure><figcaption>").Append(HtmlReport.Text(caption)).Append("</figcaption>\n")
        .Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{HtmlReport.Text(caption)}\" ")
        .Append("xmlns=\"http://www.w3.org/2000/svg\">\n");

    public static void End(StringBuilder html) => html.Append("</svg></figure>\n");

    public static void Line(StringBuilder html, double x1, double y1, double x2, double y2, string kind) => html.Append(
        CultureInfo.InvariantCulture,
        $"<line class=\"{kind}\" x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\"/>\n");

    public static void Text(
        StringBuilder html, double x, double y, string text, string anchor = "start", string kind = "") => html.Append(
        CultureInfo.InvariantCulture,
        $"<text class=\"{kind}\" x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\">{HtmlReport.Text(text)}</text>\n");

    public static void Rectangle(StringBuilder html, double x, double y, double width, double height, int colour) =>
        html.Append(
        CultureInfo.InvariantCulture,
        $"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{Math.Max(0, width):F1}\" height=\"{height:F1}\" rx=\"2\" "
        + $"style=\"fill:var(--c{colour % Colours})\"/>\n");

    /// <summary>A point; where there are more kinds than colours, the further ones are rings.</summary>
    public static void Point(StringBuilder html, double x, double y, int colour, string title)
    {
        string paint = colour < Colours
            ? $"fill:var(--c{colour})"
            : $"fill:var(--paper);stroke-width:2.5;stroke:var(--c{colour % Colours})";
        html.Append(
            CultureInfo.InvariantCulture,
            $"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"4\" "
            + $"style=\"{paint}\"><title>{HtmlReport.Text(title)}</title></circle>\n");
    }

    public static void Path(StringBuilder html, IEnumerable<(double X, double Y)> points, int colour, string dash = "")
    {
        string line = string.Join(
            ' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:F1},{point.Y:F1}")));
        html.Append(
            CultureInfo.InvariantCulture,
            $"<polyline points=\"{line}\" "
            + $"style=\"fill:none;stroke:var(--c{colour % Colours});stroke-width:2"
            + $"{(dash.Length > 0 ? ";stroke-dasharray:" + dash : "")}\"/>\n");
    }

    /// <summary>Grid, ticks and titles of a plot between left, top, right and bottom.</summary>
    public static void Frame(
        StringBuilder html, Axis x, Axis y, (double Left, double Top, double Right, double Bottom) at, string xTitle,
        string yTitle,
        Func<double, string> yText)
    {
        foreach (double tick in x.Ticks())
        {
            Line(html, x.At(tick), at.Top, x.At(tick), at.Bottom, "grid");
            Text(html, x.At(tick), at.Bottom + 16, Short(tick), "middle", "soft");
        }
        foreach (double tick in y.Ticks())
        {
            Line(html, at.Left, y.At(tick), at.Right, y.At(tick), "grid");
            Text(html, at.Left - 6, y.At(tick) + 4, yText(tick), "end", "soft");
        }
        Line(html, at.Left, at.Bottom, at.Right, at.Bottom, "axis");
        Line(html, at.Left, at.Top, at.Left, at.Bottom, "axis");
        Text(html, at.Right, at.Bottom + 34, xTitle, "end");
        Text(html, at.Left, at.Top - 8, yTitle);
    }

    /// <summary>A tick's number: 20, 0.5, 10k.</summary>
    public static string Short(double value) => value switch
    {
        >= 1e6 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
