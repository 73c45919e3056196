using Sextant.Codes;
using Sextant.Indexes;
using Sextant.IndexWriting;
using Sextant.Search;
using Sextant.Tests.Search;

namespace Sextant.Tests.Indexes;

/// <summary>BM25 from the terms that an index keeps is BM25 over the same passages in memory, bit by bit.</summary>
public sealed class TermsTests : IDisposable
{
    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(5)] // several segments, with deleted documents
    [InlineData(12)] // compacted
    [InlineData(40)]
    public void TheRankingIsThatOfTheIndexInMemory(long rounds)
    {
        using (VectorIndex writer = VectorIndex.Create(new FaultyFolder(_scratch.Path, 0), Rounds.Definition))
        {
            for (long round = 1; round <= rounds; round++)
                Rounds.Write(writer, round);
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        reader.Verify();
        IdSet live = reader.Where(IndexFilter.Parse());
        var expected = new ReferenceBm25();
        var ids = new List<int>();
        for (int id = 0; id < reader.Ids; id++)
        {
            if (!live.Contains(id))
                continue;
            long round = reader.Attributes(id).Single().Number;
            Assert.Equal(ids.Count, expected.Add(Rounds.Terms(round + reader.Number(id))));
            ids.Add(id);
        }
        Assert.Equal(reader.Count, ids.Count);
        var some = new IdSet(reader.Ids, id => id % 3 != 1);
        foreach (string[] query in (string[][])
            [["a1"], ["b0", "b1", "b0"], ["ü3", "n4"], ["nothing"], [], [.. Rounds.Terms(7)]])
        {
            var all = new Hit[ids.Count];
            Hit[] wanted = [.. all[..expected.Search(query, all)].Select(hit => new Hit(ids[hit.Id], hit.Score))];
            var hits = new Hit[reader.Count + 1];
            Assert.Equal(wanted, hits[..reader.SearchTerms(query, hits)]);
            var five = new Hit[5];
            Assert.Equal(
                wanted.Where(hit => some.Contains(hit.Id)).Take(5),
                five[..reader.SearchTerms(query, five, some)]);
        }
    }

    [Theory]
    [InlineData(-1, 0.4)]
    [InlineData(double.NaN, 0.4)]
    [InlineData(double.PositiveInfinity, 0.4)]
    [InlineData(0.9, -0.1)]
    [InlineData(0.9, 1.1)]
    [InlineData(0.9, double.NaN)]
    public void WhatIsNoParameterOfTheFormulaIsRefused(double k1, double b)
    {
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Rounds.Definition))
        {
            writer.Upsert(Rounds.Document("a", 3));
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Throws<ArgumentOutOfRangeException>(() => reader.SearchTerms(["a1"], new Hit[3], null, k1, b));
    }

    [Fact]
    public void WhatIsNotKeptIsRefused()
    {
        IndexDocument document = Rounds.Document("a", 3);
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Rounds.Definition))
            Assert.Throws<ArgumentException>(() => writer.Upsert(document with { Terms = [] }));
        using var other = new ScratchIndex();
        using (VectorIndex writer = VectorIndex.Create(other.Path, Rounds.Definition with { KeepsTerms = false }))
        {
            Assert.Throws<ArgumentException>(() => writer.Upsert(document));
            writer.Upsert(document with { Terms = [] });
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(other.Path);
        Assert.Throws<UnsupportedRequestException>(() => reader.SearchTerms(["a1"], new Hit[1]));
    }

    [Fact]
    public void ManyRowsAndTimesComeBack()
    {
        const int Dimensions = 2, Rows = 70_000; // numbers of one, two and three bytes
        using (VectorIndex writer = VectorIndex.Create(
            _scratch.Path, new IndexDefinition
            {
                Dimensions = Dimensions,
                Code = VectorCode.Float32,
                Rescore = null,
                KeepsTerms = true,
            }))
        {
            writer.Upsert(new IndexDocument
            {
                Key = "a",
                Vectors = new float[Rows * Dimensions],
                Terms = [.. Enumerable.Range(0, Rows).Select(row => (IReadOnlyCollection<string>)(
                    row is 5 or 69_999 ? [.. Enumerable.Repeat("often", row == 5 ? 300 : 20_000)] : ["other"]))],
            });
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        var hits = new Hit[3];
        Assert.Equal(2, reader.SearchTerms(["often"], hits, k1: 1, b: 0));
        double idf = (float)Math.Log(1 + ((Rows - 2 + 0.5) / 2.5));
        Assert.Equal(
            [new Hit(69_999, (float)(idf * 20_000 / 20_001)), new Hit(5, (float)(idf * 300 / 301))], hits[..2]);
    }
}
