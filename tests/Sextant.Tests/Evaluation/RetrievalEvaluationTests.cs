using Sextant.Evaluation;

namespace Sextant.Tests.Evaluation;

public class RetrievalEvaluationTests
{
    private const double Log2Of3 = 1.584962500721156;

    [Fact]
    public void TheMeanIsOverTheQueriesThatCanBeMeasured()
    {
        var set = new RetrievalSet(
            ["zero", "one", "two"],
            [
                new RetrievalQuery("found first", [new Judgement(2, 1)]),
                new RetrievalQuery("nobody judged", []),
                new RetrievalQuery("found second, the other one not", [new Judgement(0, 1), new Judgement(1, 1)]),
                new RetrievalQuery("nothing is right", [new Judgement(0, 0), new Judgement(1, -1)]),
            ]);
        Assert.Equal((2, 1, 1), (set.Queries.Count, set.UnjudgedQueries, set.FruitlessQueries));

        RetrievalResult result = RetrievalEvaluation.Measure(set, new Fixed([2, 1, 0], [2, 1]));

        double second = 1 / Log2Of3 / (1 + (1 / Log2Of3));
        Assert.Equal((1 + second) / 2, result.NdcgAt10, Tolerances.ByHand);
        Assert.Equal((1 + 0.5) / 2, result.RecallAt100, Tolerances.ByHand);
    }

    [Fact]
    public void AJudgedDocumentThatTheSetDoesNotHaveCountsAsNotFound()
    {
        var query = new RetrievalQuery("query", [new Judgement(-1, 2), new Judgement(0, 1), new Judgement(-1, 1)]);
        RetrievalResult result = RetrievalEvaluation.Measure(new RetrievalSet(["zero"], [query]), new Fixed([0]));
        // 1 of 2 + 1 / log2(3) + 1 / 2 at best.
        Assert.Equal(1 / (2 + (1 / Log2Of3) + 0.5), result.NdcgAt10, Tolerances.ByHand);
        Assert.Equal(1 / 3.0, result.RecallAt100, Tolerances.ByHand);
    }

    [Fact]
    public void TheFirstHundredAreAskedFor()
    {
        string[] documents = [.. Enumerable.Range(0, 150).Select(_ => "document")];
        var query = new RetrievalQuery("query", [new Judgement(99, 1), new Judgement(100, 1)]);
        var ranker = new Fixed([.. Enumerable.Range(0, 150)]);
        RetrievalResult result = RetrievalEvaluation.Measure(new RetrievalSet(documents, [query]), ranker);
        Assert.Equal(0, result.NdcgAt10);
        Assert.Equal(0.5, result.RecallAt100);
    }

    [Fact]
    public void AJudgementOfNoDocumentIsRefused()
    {
        var query = new RetrievalQuery("query", [new Judgement(1, 1)]);
        Assert.Throws<ArgumentException>(() => new RetrievalSet(["zero"], [query]));
    }

    [Fact]
    public void FusionAsksBothForAllTheyFind()
    {
        // 1/61 + 1/63 for 0; 2/62 for 1, which is less; 1/63 + 1/61 for 2; 3 is found by one alone.
        var ranker = new FusedRanker(new Fixed([0, 1, 2, 3]), new Fixed([2, 1, 0]), 4);
        int[] found = new int[4];
        Assert.Equal(4, ranker.Rank(0, found));
        Assert.Equal([0, 2, 1, 3], found);
        Assert.Equal(1, ranker.Rank(0, found.AsSpan(0, 1)));
    }

    [Fact]
    public void Bm25FindsOnlyWhatHasAWordOfTheQuery()
    {
        var set = new RetrievalSet(
            ["Ships sail.", "the sea; THE SEA!", "a sea", ""], [new RetrievalQuery("Sea?", [new Judgement(1, 1)])]);
        int[] found = new int[4];
        Assert.Equal(2, new Bm25Ranker(set).Rank(0, found));
        Assert.Equal([1, 2], found[..2]);
    }

    private sealed class Fixed(params int[][] rankings) : Ranker
    {
        public override int Rank(int query, Span<int> documents)
        {
            int count = Math.Min(documents.Length, rankings[query].Length);
            rankings[query].AsSpan(0, count).CopyTo(documents);
            return count;
        }
    }
}
