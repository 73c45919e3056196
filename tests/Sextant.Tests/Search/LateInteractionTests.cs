using Sextant.Search;

namespace Sextant.Tests.Search;

public class LateInteractionTests
{
    private const int Dimensions = 24;

    [Fact]
    public void MaxSimIsTheSumOfTheLargest()
    {
        var random = new Random(3);
        using var index = new LateInteractionIndex(Dimensions);
        float[][] documents = [.. Enumerable.Range(0, 200).Select(_ => Unit(random, random.Next(1, 30)))];
        foreach (float[] one in documents)
            index.Add(one);
        float[] query = Unit(random, 7);
        double[] expected = [.. documents.Select(one => MaxSim(query, one))];
        var hits = new Hit[250];
        Assert.Equal(200, index.Search(query, hits));
        Assert.All(hits[..200], hit => Assert.Equal(expected[hit.Id], hit.Score, 1e-4));
        for (int i = 1; i < 200; i++)
            Assert.True(hits[i - 1].IsBefore(hits[i]));
        int found = index.Search(query, hits,
            new SearchOptions { Allowed = new IdSet(200, id => id > 150), MinScore = 0 });
        Assert.All(hits[..found], hit => Assert.True(hit.Id > 150 && hit.Score >= 0));
        Assert.Equal(expected.Where((score, id) => id > 150 && score >= 0).Count(), found);
    }

    [Fact]
    public void ADocumentWhoseEncodingOverflowsIsNotAdded()
    {
        using var index = new LateInteractionIndex(4, repetitions: 8);
        Assert.Throws<ArgumentException>(() => index.Add([.. Enumerable.Repeat(3e38f, 8)]));
        Assert.Throws<ArgumentException>(() => index.Add([1, 2, 3]));
        Assert.Throws<ArgumentException>(() => index.Add([1, 2, 3, float.NaN]));
        Assert.Equal(0, index.Count);
        Assert.Equal(0, index.Add([1, 2, 3, 4]));
        var hits = new Hit[3];
        Assert.Equal(1, index.Search([1, 0, 0, 0], hits));
        Assert.Equal(new Hit(0, 1), hits[0]); // what the encoding found is what was added
    }

    [Fact]
    public void CandidatesOfAnEncodingHaveNearlyAllAndExactScores()
    {
        var random = new Random(4);
        var encoding = new FixedDimensionalEncoding(Dimensions, repetitions: 10, bits: 3);
        using var index = new LateInteractionIndex(Dimensions, encoding);
        float[][] documents = [.. Enumerable.Range(0, 400).Select(_ => Unit(random, random.Next(2, 20)))];
        foreach (float[] one in documents)
            index.Add(one);
        int same = 0;
        for (int i = 0; i < 20; i++)
        {
            // Some of a document's own vectors, a little off.
            float[] query = [.. documents[i * 7].Take(2 * Dimensions).Select(v =>
                v + ((random.NextSingle() - 0.5f) * 0.1f))];
            var exact = new Hit[5];
            var fast = new Hit[5];
            index.Search(query, exact, exact: true);
            Assert.Equal(5, index.Search(query, fast, new SearchOptions { Oversampling = 8 }));
            Assert.Equal(i * 7, exact[0].Id);
            Assert.All(fast, hit => Assert.Equal(MaxSim(query, documents[hit.Id]), hit.Score, 1e-4));
            same += exact.Intersect(fast).Count();
            var all = new Hit[5];
            index.Search(query, all, new SearchOptions { Oversampling = 400 });
            Assert.Equal(exact, all);
        }
        Assert.InRange(same, 60, 100); // a tenth of all documents as candidates; 8 of 100 would be chance
    }

    [Fact]
    public void AnEncodingAddsUpQueriesAndAveragesDocuments()
    {
        // Without signs there is one bucket: the sum of the query and the mean of the document.
        var encoding = new FixedDimensionalEncoding(2, repetitions: 2, bits: 0);
        float[] query = new float[4], document = new float[4];
        encoding.EncodeQuery([1, 2, 3, 4], query);
        encoding.EncodeDocument([1, 2, 3, 4], document);
        Assert.Equal([4, 6, 4, 6], query);
        Assert.Equal([2, 3, 2, 3], document);
        // With signs: a lone vector fills every bucket of a document, and one of a query.
        var signs = new FixedDimensionalEncoding(2, repetitions: 1, bits: 2);
        float[] full = new float[8], one = new float[8];
        signs.EncodeDocument([5, 6], full);
        signs.EncodeQuery([5, 6], one);
        Assert.Equal([5, 6, 5, 6, 5, 6, 5, 6], full);
        Assert.Equal(11, one.Sum());
        Assert.Throws<ArgumentException>(() => signs.EncodeQuery([], one));
        Assert.Throws<ArgumentException>(() => new LateInteractionIndex(3, signs));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LateInteractionIndex(3, repetitions: -1));
        Assert.Throws<ArgumentException>(() => new LateInteractionIndex(3).Add([]));
    }

    [Fact]
    public void ChosenHitsAreNearAndUnlikeEachOther()
    {
        // Two that are the same, one a little off, one apart.
        Hit[] hits = [new(7, 1f), new(8, 1f), new(9, 0.9f), new(3, 0.5f)];
        float[] vectors = [1, 0, 1, 0, 0.9f, 0.1f, 0, 1];
        var chosen = new Hit[4];
        Assert.Equal(4, Diversity.Choose(hits, vectors, 1, chosen));
        Assert.Equal(hits, chosen);
        Assert.Equal(2, Diversity.Choose(hits, vectors, 0.5f, chosen.AsSpan(0, 2)));
        Assert.Equal([hits[0], hits[3]], chosen[..2]);
        Diversity.Choose(hits, vectors, 0.5f, chosen);
        Assert.Equal([hits[0], hits[3], hits[1], hits[2]], chosen);
        Assert.Equal(0, Diversity.Choose([], [], 0.5f, chosen));
        Assert.Throws<ArgumentException>(() => Diversity.Choose(hits, [1, 2, 3], 0.5f, chosen));
        Assert.Throws<ArgumentOutOfRangeException>(() => Diversity.Choose(hits, vectors, 1.5f, chosen));
    }

    private static double MaxSim(float[] query, float[] document)
    {
        double sum = 0;
        for (int i = 0; i < query.Length; i += Dimensions)
        {
            double most = double.NegativeInfinity;
            for (int j = 0; j < document.Length; j += Dimensions)
                most = Math.Max(most, Enumerable.Range(0, Dimensions).Sum(d => (double)query[i + d] * document[j + d]));
            sum += most;
        }
        return sum;
    }

    private static float[] Unit(Random random, int count)
    {
        float[] vectors = [.. Enumerable.Range(0, count * Dimensions).Select(_ => random.NextSingle() - 0.5f)];
        for (int at = 0; at < vectors.Length; at += Dimensions)
        {
            float length = MathF.Sqrt(vectors.AsSpan(at, Dimensions).ToArray().Sum(v => v * v));
            for (int i = 0; i < Dimensions; i++)
                vectors[at + i] /= length;
        }
        return vectors;
    }
}
