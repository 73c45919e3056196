namespace Sextant.Evaluation;

/// <summary>A way to make one score of a similarity and a BM25 score, tried beside the one that is used.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Weights">What it can be set to.</param>
/// <param name="Fuse">
/// Writes fused scores [documents] of similarities [documents] and BM25 scores [documents], for a weight.
/// </param>
internal sealed record FusionForm(string Name, double[] Weights, FusionForm.Fusing Fuse)
{
    public delegate void Fusing(double weight, float[] near, float[] worded, double[] fused);

    private static readonly double[] Tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

    /// <summary>
    /// mean-max (<see cref="Search.ScoreFusion"/>), min-max, z-scores, and reciprocal ranks, whose weight is the
    /// constant.
    /// </summary>
    public static FusionForm[] All { get; } =
    [
        new("mean-max", Tenths, static (weight, near, worded, fused) =>
        {
            double mean = near.Average(one => (double)one), high = near.Max(), best = worded.Max();
            Sum(weight, near, (mean, high - mean), worded, (0, best), fused);
        }),
        new("min-max", Tenths, static (weight, near, worded, fused) =>
        {
            double low = near.Min(), high = near.Max(), least = worded.Min(), best = worded.Max();
            Sum(weight, near, (low, high - low), worded, (least, best - least), fused);
        }),
        new("z-scores", Tenths, static (weight, near, worded, fused) =>
            Sum(weight, near, Moments(near), worded, Moments(worded), fused)),
        new("reciprocal ranks", [10, 30, 60], static (constant, near, worded, fused) =>
        {
            int[] byVectors = Ranks(near), byWords = Ranks(worded);
            for (int i = 0; i < fused.Length; i++)
                fused[i] = (1 / (constant + byVectors[i])) + (worded[i] > 0 ? 1 / (constant + byWords[i]) : 0);
        }),
    ];

    private static void Sum(
        double weight, float[] near, (double Zero, double Unit) nearScale, float[] worded,
        (double Zero, double Unit) wordedScale, double[] fused)
    {
        for (int i = 0; i < fused.Length; i++)
        {
            fused[i] = (weight * Scaled(near[i], nearScale)) + ((1 - weight) * Scaled(worded[i], wordedScale));
        }
    }

    private static double Scaled(float score, (double Zero, double Unit) scale) =>
        scale.Unit > 0 ? (score - scale.Zero) / scale.Unit : 0;

    private static (double Mean, double Deviation) Moments(float[] scores)
    {
        double mean = scores.Average(one => (double)one);
        return (mean, Math.Sqrt(scores.Average(one => (one - mean) * (one - mean))));
    }

    // From 1, the first in the set first among equals.
    private static int[] Ranks(float[] scores)
    {
        int[] order = [.. Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i])];
        int[] ranks = new int[scores.Length];
        for (int i = 0; i < order.Length; i++)
            ranks[order[i]] = i + 1;
        return ranks;
    }
}
