namespace Sextant.Measurement.Reports;

/// <summary>The two forms of a plot: for a desk and for a phone, each with text of a readable size.</summary>
/// <param name="Width">In pixels of the drawing.</param>
/// <param name="Height">In pixels of the drawing.</param>
/// <param name="Class">Which windows show it.</param>
internal sealed record PlotSize(int Width, int Height, string Class)
{
    public static readonly PlotSize[] All = [new(960, 420, "wide-plot"), new(380, 400, "narrow-plot")];
}
