namespace Sextant.Measurement.Comparisons;

/// <summary>What may be said of a difference.</summary>
internal enum Verdict
{
    /// <summary>The interval holds what chance and the machine's drift explain.</summary>
    NoSignificantDifference,

    Faster,

    Slower,
}

/// <summary>One row of two records.</summary>
/// <param name="Other">Which record is compared with the first one: its position among them, from 1.</param>
/// <param name="Id">The row.</param>
/// <param name="Unit">Of the medians.</param>
/// <param name="First">Median in the first record.</param>
/// <param name="Second">Median in the other.</param>
/// <param name="TimeRatio">Time of the other over time of the first, whatever the unit: above 1 is slower.</param>
/// <param name="Machine">
/// The same ratio as the machine alone explains it: with no change of the program, between these.
/// </param>
/// <param name="Verdict">What may be said.</param>
internal sealed record ComparedRow(
    int Other, string Id, string Unit, double First, double Second, TimeRatio TimeRatio, TimeRatio Machine,
    Verdict Verdict);
