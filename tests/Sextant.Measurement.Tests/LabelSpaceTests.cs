using Sextant.Measurement.Reports;

namespace Sextant.Measurement.Tests;

public class LabelSpaceTests
{
    [Fact]
    public void LabelsLieOnNothing()
    {
        var space = new LabelSpace(0, 0, 300, 200);
        space.TakeLine((0, 200), (300, 0));
        var random = new Random(5);
        List<(double X, double Y)> points = [.. Enumerable.Range(0, 25).Select(_ =>
            (random.NextDouble() * 300, random.NextDouble() * 200))];
        foreach ((double x, double y) in points)
            space.Take(x, y, 4, 4);
        var labels = new List<(double X, double Y)>();
        foreach ((double x, double y) in points)
        {
            if (space.Place(x, y, 8, 6) is not { } label)
                continue;
            Assert.InRange(label.X, 8, 292);
            Assert.InRange(label.Y, 6, 194);
            Assert.DoesNotContain(labels, other => Math.Abs(other.X - label.X) < 16 && Math.Abs(other.Y - label.Y) < 12);
            Assert.DoesNotContain(points, point => Math.Abs(point.X - label.X) < 12 && Math.Abs(point.Y - label.Y) < 10);
            // The line is y = 200 - 2x/3; a box that crosses it has corners on both sides.
            double above = 200 - (label.X - 8) * 2 / 3 - (label.Y - 6), below = 200 - (label.X + 8) * 2 / 3 - (label.Y + 6);
            Assert.True(above < 0 == below < 0, $"a label at {label} lies on the line");
            labels.Add(label);
        }
        Assert.True(labels.Count >= 20, $"only {labels.Count} of 25 found space");
    }

    [Fact]
    public void WhereNothingIsFreeThereIsNoLabel()
    {
        var space = new LabelSpace(0, 0, 100, 100);
        space.Take(50, 50, 50, 50);
        Assert.Null(space.Place(50, 50, 5, 5));
    }
}
