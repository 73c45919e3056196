using System.Globalization;
using System.Text;

namespace Sextant.Measurement.Reports;

/// <summary>The few shapes that the plots are made of. Colours are the page's variables --c0 … --c7.</summary>
internal static class Svg
{
    public const int Colours = 8;

    public static void Begin(StringBuilder html, string caption, PlotSize size) => html
        .Append(CultureInfo.InvariantCulture,
            $"<svg class=\"{size.Class}\" viewBox=\"0 0 {size.Width} {size.Height}\" role=\"img\" ")
        .Append("aria-label=\"").Append(HtmlReport.Text(caption))
        .Append("\" xmlns=\"http://www.w3.org/2000/svg\">\n");

    public static void End(StringBuilder html) => html.Append("</svg>\n");

    public static void Line(StringBuilder html, double x1, double y1, double x2, double y2, string kind) => html.Append(
        CultureInfo.InvariantCulture,
        $"<line class=\"{kind}\" x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\"/>\n");

    public static void Text(
        StringBuilder html, double x, double y, string text, string anchor = "start", string kind = "") => html.Append(
        CultureInfo.InvariantCulture,
        $"<text class=\"{kind}\" x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\">{HtmlReport.Text(text)}</text>\n");

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

    /// <summary>
    /// Grid, ticks and titles of a plot between left, top, right and bottom; y's numbers are at its right.
    /// </summary>
    public static void Frame(
        StringBuilder html, Axis x, Axis y, (double Left, double Top, double Right, double Bottom) at, string xTitle,
        string yTitle, Func<double, string> yText)
    {
        foreach (double tick in x.MinorTicks())
            Line(html, x.At(tick), at.Top, x.At(tick), at.Bottom, "minor");
        foreach (double tick in y.MinorTicks())
            Line(html, at.Left, y.At(tick), at.Right, y.At(tick), "minor");
        double free = double.NegativeInfinity;
        foreach (double tick in x.Ticks())
        {
            Line(html, x.At(tick), at.Top, x.At(tick), at.Bottom, "grid");
            // A number is about 7 pixels a character; one that would touch the last is left out.
            double half = Short(tick).Length * 3.5;
            if (x.At(tick) - half < free)
                continue;
            Text(html, x.At(tick), at.Bottom + 16, Short(tick), "middle", "soft");
            free = x.At(tick) + half + 6;
        }
        foreach (double tick in y.Ticks())
        {
            Line(html, at.Left, y.At(tick), at.Right, y.At(tick), "grid");
            Text(html, at.Right + 6, y.At(tick) + 4, yText(tick), "start", "soft");
        }
        Line(html, at.Left, at.Bottom, at.Right, at.Bottom, "axis");
        Line(html, at.Right, at.Top, at.Right, at.Bottom, "axis");
        Text(html, at.Right, at.Bottom + 34, xTitle + x.Scale, "end");
        Text(html, at.Right, at.Top - 10, yTitle + y.Scale, "end");
    }

    /// <summary>A tick's number: 20, 0.5, 10k.</summary>
    public static string Short(double value) => value switch
    {
        >= 1e6 => (value / 1e6).ToString("0.##", CultureInfo.InvariantCulture) + "M",
        >= 1e4 => (value / 1e3).ToString("0.##", CultureInfo.InvariantCulture) + "k",
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
