namespace Sextant.Measurement.Reports;

/// <summary>
/// Finds free space for labels in a plot: beside no line, point or other label, near what they belong to.
/// </summary>
/// <param name="left">Left end of the plot, in its pixels.</param>
/// <param name="top">Top end.</param>
/// <param name="right">Right end.</param>
/// <param name="bottom">Bottom end.</param>
internal sealed class LabelSpace(double left, double top, double right, double bottom)
{
    private const int Directions = 16;
    private readonly List<(double Left, double Top, double Right, double Bottom)> _taken = [];

    /// <summary>Takes the space of a box.</summary>
    public void Take(double x, double y, double halfWidth, double halfHeight) =>
        _taken.Add((x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight));

    /// <summary>Takes the space along a line.</summary>
    public void TakeLine((double X, double Y) from, (double X, double Y) to)
    {
        int steps = Math.Max(1, (int)(Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)) / 3));
        for (int i = 0; i <= steps; i++)
            Take(from.X + (to.X - from.X) * i / steps, from.Y + (to.Y - from.Y) * i / steps, 1.5, 1.5);
    }

    /// <summary>
    /// The middle of a free box near a point, which is taken; null where there is none within sixty pixels.
    /// </summary>
    public (double X, double Y)? Place(double x, double y, double halfWidth, double halfHeight)
    {
        for (double distance = 5; distance <= 60; distance += 4)
        {
            for (int i = 0; i < Directions; i++)
            {
                // From above to the right: where a reader looks first.
                double angle = 2 * Math.PI * i / Directions - Math.PI / 2;
                double cx = x + Math.Cos(angle) * (distance + halfWidth);
                double cy = y + Math.Sin(angle) * (distance + halfHeight);
                if (cx - halfWidth < left || cx + halfWidth > right || cy - halfHeight < top || cy + halfHeight > bottom
                    || _taken.Exists(box => cx + halfWidth > box.Left && cx - halfWidth < box.Right
                        && cy + halfHeight > box.Top && cy - halfHeight < box.Bottom))
                    continue;
                Take(cx, cy, halfWidth, halfHeight);
                return (cx, cy);
            }
        }
        return null;
    }
}
