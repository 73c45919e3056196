using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;

namespace Sextant.Tests.Search;

public class Bm25Tests
{
    // Three documents of 2, 3 and 1 terms: 2 on average, so k1 · (1 − b + b · length / 2) is 0.9, 1.08 and 0.72.
    private static readonly string[][] s_documents = [["a", "b"], ["a", "a", "c"], ["c"]];

    [Fact]
    public void ScoresAreThoseOfTheFormula()
    {
        double common = Math.Log(1.6);       // in 2 of 3 documents: 1 + 1.5 / 2.5
        double rare = Math.Log(8.0 / 3);     // in 1 of 3 documents: 1 + 2.5 / 1.5
        AssertHits(["a"], (1, common * 2 / 3.08), (0, common / 1.9));
        AssertHits(["b", "c"], (0, rare / 1.9), (2, common / 1.72), (1, common / 2.08));
    }

    [Fact]
    public void ATermThatTheQueryRepeatsCountsAgain()
    {
        double common = Math.Log(1.6);
        AssertHits(["a", "x", "a"], (1, 2 * common * 2 / 3.08), (0, 2 * common / 1.9));
    }

    [Fact]
    public void WhatHasNoTermIsNotFound()
    {
        Assert.Equal(0, Index().Search(["x"], new Hit[3]));
        Assert.Equal(0, Index().Search([], new Hit[3]));
        Assert.Equal(0, Index().Search(["a"], []));
        Assert.Equal(0, new Terms().Search(["a"], new Hit[3]));
        var empty = new Terms();
        empty.Add([]);
        Assert.Equal(0, empty.Search(["a"], new Hit[3]));
    }

    [Fact]
    public void ADocumentWithANullAddsNothing()
    {
        Terms index = Index();
        Assert.Throws<ArgumentNullException>(() => index.Add(["b", null!]));
        Assert.Equal(s_documents.Length, index.Count);
        Assert.Equal(1, index.Search(["b"], new Hit[9]));
    }

    [Fact]
    public void EqualScoresComeInTheOrderOfTheDocuments()
    {
        var index = new Terms();
        for (int i = 0; i < 5; i++)
            Assert.Equal(i, index.Add(["same", "words"]));
        var hits = new Hit[3];
        Assert.Equal(3, index.Search(["words"], hits));
        Assert.Equal([0, 1, 2], hits.Select(hit => hit.Id));
    }

    [Fact]
    public void LengthsDoNotCountWhereBIsZero()
    {
        var index = new Terms(k1: 1, b: 0);
        index.Add(["a", "b", "c", "d"]);
        index.Add(["a"]);
        var hits = new Hit[2];
        Assert.Equal(2, index.Search(["a"], hits));
        Assert.Equal(hits[0].Score, hits[1].Score);
        Assert.Equal(Math.Log(1.2) / 2, hits[0].Score, Tolerances.Score);
    }

    [Theory]
    [InlineData(-0.1, 0.4)]
    [InlineData(double.NaN, 0.4)]
    [InlineData(0.9, 1.1)]
    [InlineData(0.9, -0.1)]
    public void ParametersWithoutAMeaningAreRefused(double k1, double b) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Index(k1, b).Search(["a"], new Hit[1]));

    private static Terms Index(double k1 = 0.9, double b = 0.4)
    {
        var index = new Terms(k1, b);
        foreach (string[] document in s_documents)
            index.Add(document);
        return index;
    }

    private static void AssertHits(string[] query, params (int Id, double Score)[] expected)
    {
        var hits = new Hit[4];
        int found = Index().Search(query, hits);
        Assert.Equal(expected.Select(one => one.Id), hits[..found].Select(hit => hit.Id));
        for (int i = 0; i < found; i++)
            Assert.Equal(expected[i].Score, hits[i].Score, Tolerances.Score);
    }

    // An index whose documents have terms and a vector that says nothing.
    private sealed class Terms(double k1 = 0.9, double b = 0.4)
    {
        private readonly VectorIndex _index = VectorIndex.Create(
            new IndexDefinition { Dimensions = 1, Code = VectorCode.Float32, KeepsTerms = true });

        public int Count { get; private set; }

        public int Add(string[] terms)
        {
            _index.Upsert(new IndexDocument { Key = $"{Count}", Vectors = new float[1], Terms = [terms] });
            return Count++;
        }

        public int Search(string[] terms, Span<Hit> hits)
        {
            _index.Commit();
            using IndexReader reader = _index.Read();
            return reader.SearchTerms(terms, hits, k1: k1, b: b);
        }
    }
}
