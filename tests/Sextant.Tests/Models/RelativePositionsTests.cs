using Sextant.Kernels;
using Sextant.Models;

namespace Sextant.Tests.Models;

/// <summary>DeBERTa's buckets against its formula in double, where no border is near.</summary>
public class RelativePositionsTests
{
    [Theory]
    [InlineData(256, 512)]
    [InlineData(16, 128)]
    [InlineData(32, 512)]
    public void BucketsFollowTheFormula(int buckets, int longest)
    {
        var shape = new BackboneShape
        {
            Architecture = "deberta-v2",
            Hidden = 4,
            Layers = 1,
            Heads = 1,
            Intermediate = 4,
            Vocabulary = 1,
            Positions = longest,
            Types = 0,
            Epsilon = 0,
            Activation = ActivationKind.Gelu,
        };
        var relative = new RelativePositions(shape, buckets, inBuckets: true, longest, normed: false);
        int mid = buckets / 2;
        int compared = 0;
        for (int distance = -longest + 1; distance < longest; distance++)
        {
            // The formula is of query − key.
            int n = Math.Abs(distance);
            double exact = Math.Log((double)n / mid) / Math.Log((longest - 1.0) / mid) * (mid - 1);
            int bucket = n <= mid ? n : mid + (int)Math.Ceiling(exact);
            if (n > mid && Math.Abs(exact - Math.Round(exact)) < 1e-9)
                continue;
            int expected = Math.Clamp((distance < 0 ? bucket : -bucket) + buckets, 0, 2 * buckets - 1);
            Assert.True(expected == relative.Row(distance), $"{distance}: {relative.Row(distance)}, not {expected}");
            compared++;
        }
        Assert.True(compared > longest);
        // Far distances have the outermost rows, and the table is found as fast.
        Assert.Equal((2 * buckets - 1, 0), (relative.Row(-(1 << 20)), relative.Row(1 << 20)));
    }
}
