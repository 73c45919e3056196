using Sextant.Evaluation;

namespace Sextant.Tests.Evaluation;

public class RankedMeasuresTests
{
    private const double Log2Of3 = 1.584962500721156;

    [Fact]
    public void TheGainIsTheGradeAndTheDiscountALogarithm()
    {
        // 3 / log2(2) + 0 + 2 / log2(4) = 4, of 3 + 2 / log2(3) + 1 / 2 at best.
        double expected = 4 / (3 + (2 / Log2Of3) + 0.5);
        Assert.Equal(expected, RankedMeasures.Ndcg([3, 0, 2], [1, 2, 3], 10), Tolerances.ByHand);
        Assert.Equal(1, RankedMeasures.Ndcg([3, 2, 1, 0], [1, 2, 3], 10), Tolerances.ByHand);
    }

    [Fact]
    public void FewerFoundThanTheDepthLoseWhatIsNotFound()
    {
        Assert.Equal(1 / (1 + (1 / Log2Of3)), RankedMeasures.Ndcg([1], [1, 1], 10), Tolerances.ByHand);
        Assert.Equal(0, RankedMeasures.Ndcg([], [1, 1], 10));
        Assert.Equal(0.5, RankedMeasures.Recall([1], [1, 1], 100));
        Assert.Equal(0, RankedMeasures.Recall([], [1, 1], 100));
    }

    [Fact]
    public void NothingBehindTheDepthCounts()
    {
        int[] twelve = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
        // The ideal has ten ranks too, so a perfect top ten is perfect.
        Assert.Equal(1, RankedMeasures.Ndcg(twelve, twelve, 10), Tolerances.ByHand);
        Assert.Equal(0, RankedMeasures.Ndcg([0, 0, 1], [1], 2));
        Assert.Equal(10 / 12.0, RankedMeasures.Recall(twelve, twelve, 10), Tolerances.ByHand);
    }

    [Fact]
    public void GradesBelowZeroAreNotRelevantAndTakeNothingAway()
    {
        Assert.Equal(1 / Log2Of3, RankedMeasures.Ndcg([-2, 1], [1, -2], 10), Tolerances.ByHand);
        Assert.Equal(2 / 3.0, RankedMeasures.Recall([0, 1, -1, 2], [1, 2, 3, 0, -1], 100), Tolerances.ByHand);
        Assert.Equal(1 / 3.0, RankedMeasures.Recall([0, 1, -1, 2], [1, 2, 3, 0, -1], 2), Tolerances.ByHand);
    }

    [Fact]
    public void WithoutARelevantDocumentThereIsNoNumber()
    {
        Assert.True(double.IsNaN(RankedMeasures.Ndcg([0, 0], [0, -1], 10)));
        Assert.True(double.IsNaN(RankedMeasures.Recall([0, 0], [0, -1], 10)));
    }
}
