using System.Globalization;
using System.Text;

namespace Sextant.Measurement.Reports;

/// <summary>A bar.</summary>
/// <param name="Paint">Its colour, and what that means.</param>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its length.</param>
/// <param name="Text">What stands after it.</param>
internal sealed record Bar(Paint Paint, string Name, double Value, string Text);

/// <summary>Horizontal bars, one below the other, as text and boxes: they fit any width.</summary>
internal static class BarPlot
{
    /// <summary>Draws bars whose longest takes the whole width.</summary>
    public static void Append(StringBuilder html, string caption, IReadOnlyList<Bar> bars) =>
        Append(html, caption, bars, bars.Select(bar => bar.Value).DefaultIfEmpty(1).Max(), isCeiling: false);

    /// <summary>Draws shares: the whole width is the ceiling, and a bar that beats it says so.</summary>
    public static void Shares(StringBuilder html, string caption, IReadOnlyList<Bar> bars) =>
        Append(html, caption, bars, 1, isCeiling: true);

    private static void Append(
        StringBuilder html, string caption, IReadOnlyList<Bar> bars, double full, bool isCeiling)
    {
        if (bars.Count == 0)
            return;
        html.Append("<figure><figcaption>").Append(HtmlReport.Text(caption)).Append("</figcaption>\n");
        Legend(html, bars.Select(bar => bar.Paint));
        html.Append("<div class=\"bars\">\n");
        foreach (Bar bar in bars)
        {
            bool beaten = isCeiling && bar.Value > full;
            double width = full > 0 ? 100 * Math.Clamp(bar.Value / full, 0, 1) : 0;
            html.Append("<div><span class=\"name\">").Append(HtmlReport.Text(bar.Name))
                .Append(isCeiling ? "</span><span class=\"track\">" : "</span><span class=\"track free\">")
                .Append(CultureInfo.InvariantCulture,
                    $"<span class=\"fill{(beaten ? " beaten" : "")}\" style=\"width:{width:F2}%;")
                .Append(CultureInfo.InvariantCulture, $"background-color:var(--c{bar.Paint.Colour})\"></span></span>")
                .Append("<span class=\"value\">").Append(HtmlReport.Text(bar.Text))
                .Append(beaten ? " · ceiling beaten" : "").Append("</span></div>\n");
        }
        html.Append("</div></figure>\n");
    }

    /// <summary>What the colours mean, each once; nothing where there are no two.</summary>
    public static void Legend(StringBuilder html, IEnumerable<Paint> paints)
    {
        Paint[] meant = [.. paints.Distinct().Where(paint => paint.Meaning.Length > 0).OrderBy(paint => paint.Colour)];
        if (meant.Length < 2)
            return;
        html.Append("<ul class=\"legend\">");
        foreach (Paint paint in meant)
        {
            html.Append(CultureInfo.InvariantCulture, $"<li><i style=\"background:var(--c{paint.Colour})\"></i>")
                .Append(HtmlReport.Text(paint.Meaning)).Append("</li>");
        }
        html.Append("</ul>\n");
    }
}
