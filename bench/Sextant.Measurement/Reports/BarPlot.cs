using System.Text;

namespace Sextant.Measurement.Reports;

/// <summary>
/// A bar: what it belongs to (one colour each), what it is, how long it is, what is written behind it.
/// </summary>
internal sealed record Bar(string Group, string Name, double Value, string Text);

/// <summary>Horizontal bars, one below the other.</summary>
internal static class BarPlot
{
    private const int Width = 960;
    private const int RowHeight = 19;
    private const int Left = 330;
    private const int Right = 150;

    /// <summary>
    /// Draws bars; the full width stands for <paramref name="full"/>, or the longest bar where that is less or 0.
    /// </summary>
    public static void Append(StringBuilder html, string caption, IReadOnlyList<Bar> bars, double full)
    {
        if (bars.Count == 0)
            return;
        double most = Math.Max(full, bars.Max(bar => bar.Value));
        List<string> groups = [.. bars.Select(bar => bar.Group).Distinct()];
        Svg.Begin(html, caption, Width, bars.Count * RowHeight + 12);
        if (full > 0)
        {
            double line = Left + full / most * (Width - Left - Right);
            Svg.Line(html, line, 2, line, bars.Count * RowHeight + 8, "axis");
        }
        for (int i = 0; i < bars.Count; i++)
        {
            double y = 6 + i * RowHeight;
            double length = bars[i].Value / most * (Width - Left - Right);
            Svg.Text(html, Left - 8, y + 13, bars[i].Name, "end");
            Svg.Rectangle(html, Left, y + 2, length, RowHeight - 5, groups.IndexOf(bars[i].Group));
            Svg.Text(html, Left + length + 6, y + 13, bars[i].Text, "start", "soft");
        }
        Svg.End(html);
    }
}
