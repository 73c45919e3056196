using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;
using Sextant.Tests.Search;
using static Sextant.Tests.Indexes.SomeDocuments;

namespace Sextant.Tests.Indexes;

/// <summary>The index on disk finds what the indexes in memory find, and keeps what it was given.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class IndexTests : IDisposable
{
    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [MemberData(nameof(ExactSearchTests.Kinds), MemberType = typeof(ExactSearchTests))]
    public void WhatIsFoundIsWhatTheExactIndexFinds(VectorCode code, Metric metric)
    {
        CodeRanges? ranges = code == VectorCode.Int8 ? CodeRanges.Of(Vectors(0, 500), Dimensions) : null;
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = code,
            Rescore = null,
            Metric = metric,
            Ranges = ranges,
        };
        List<(string Key, float[] Vectors)> documents = Change(_scratch, definition);
        using var expected = MemoryIndex.Exact(Dimensions, code, metric, ranges, 1);
        AssertSame(documents, expected);
    }

    [Fact]
    public void WhatIsFoundIsWhatTheRescoredIndexFinds()
    {
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.Binary,
            Rescore = VectorCode.Float32,
        };
        List<(string Key, float[] Vectors)> documents = Change(_scratch, definition);
        using var expected = MemoryIndex.Rescored(Dimensions, 1);
        var added = new List<string>();
        foreach ((string key, float[] vectors) in documents)
        {
            expected.Add(vectors);
            added.AddRange(Enumerable.Range(0, vectors.Length / Dimensions).Select(i => $"{key}#{i}"));
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        // All as candidates, so that ties among candidates do not matter: ids are in another order here.
        var options = new SearchOptions { Oversampling = expected.Count };
        foreach (float[] query in (float[][])[Vectors(99, 1), Vectors(98, 1)])
        {
            var left = new Hit[12];
            var right = new Hit[12];
            Assert.Equal(12, expected.Search(query, left, options));
            Assert.Equal(12, reader.Search(query, right, options));
            Assert.Equal(left.Select(hit => (added[hit.Id], hit.Score)),
                right.Select(hit => (Name(reader, hit.Id), hit.Score)));
        }
    }

    [Theory]
    [InlineData(Metric.Dot)]
    [InlineData(Metric.Cosine)]
    public void SignsAloneAreScoredByTheirSumWithTheQuery(Metric metric)
    {
        var definition = new IndexDefinition
        {
            Dimensions = Dimensions,
            Code = VectorCode.Binary,
            Rescore = null,
            Metric = metric,
        };
        List<(string Key, float[] Vectors)> documents = Change(_scratch, definition);
        float[] query = Vectors(5, 1);
        double length = metric == Metric.Cosine ? Math.Sqrt(query.Sum(v => (double)v * v)) : 1;
        var scores = new Dictionary<string, double>();
        foreach ((string key, float[] vectors) in documents)
        {
            for (int row = 0; row < vectors.Length / Dimensions; row++)
            {
                scores[$"{key}#{row}"] = Enumerable.Range(0, Dimensions).Sum(
                    i => vectors[row * Dimensions + i] > 0 ? (double)query[i]
                        : -query[i]) / Math.Sqrt(Dimensions) / length;
            }
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        var hits = new Hit[scores.Count + 3];
        Assert.Equal(scores.Count, reader.Search(query, hits));
        Assert.All(hits[..scores.Count], hit => Assert.Equal(scores[Name(reader, hit.Id)], hit.Score, 1e-5));
        for (int i = 1; i < scores.Count; i++)
            Assert.True(hits[i - 1].IsBefore(hits[i]));
    }

    [Fact]
    public void FiltersHoldWithinTheSearch()
    {
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
        {
            for (int i = 0; i < 300; i++)
            {
                writer.Upsert(Document($"d{i}", Vectors(i, 1 + i % 3)) with
                {
                    Attributes = i % 10 == 0
                        ? []
                        : [new IndexAttribute("lang", i % 2 == 0 ? "en" : i % 3 == 0 ? "de" : "fr"),
                            new IndexAttribute("year", 2000 + i % 30)],
                });
                if (i % 50 == 49)
                    writer.Commit();
            }
            writer.Delete("d2");
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        (string[] Conditions, Func<int, bool> Expected)[] cases =
        [
            (["lang=en"], i => i % 10 != 0 && i % 2 == 0),
            (["lang!=en"], i => i % 10 != 0 && i % 2 != 0),
            (["lang in (de, fr)"], i => i % 10 != 0 && i % 2 != 0),
            (["year>=2020", "year<2025"], i => i % 10 != 0 && i % 30 is >= 20 and < 25),
            (["year in (2001,2003)", "lang=de"], i => i % 10 != 0 && i % 2 != 0 && i % 3 == 0 && i % 30 is 1 or 3),
            (["lang=it"], i => false),
            ([], i => true),
        ];
        foreach ((string[] conditions, Func<int, bool> expected) in cases)
        {
            IdSet allowed = reader.Where(IndexFilter.Parse(conditions));
            string[] keys = [.. Enumerable.Range(0, 300).Where(i => i != 2 && expected(i)).Select(i =>
                $"d{i}").Order()];
            Assert.Equal(keys,
                reader.Keys().Where(key => reader.IdsOf(key) is (int first, > 0) && allowed.Contains(first)).Order());
            var hits = new Hit[reader.Count];
            int found = reader.Search(Vectors(7, 1), hits, new SearchOptions { Allowed = allowed });
            Assert.Equal(keys, hits[..found].Select(hit => reader.Key(hit.Id)).Distinct().Order());
            Assert.Equal(allowed.Count, found);
        }
        Assert.Contains("lang, year",
            Assert.Throws<ArgumentException>(() => reader.Where(IndexFilter.Parse("size=3"))).Message);
        Assert.Throws<ArgumentException>(() => reader.Where(IndexFilter.Parse("year=new")));
        Assert.Throws<ArgumentException>(() => IndexFilter.Parse("year"));
        // A set that somebody else made may have deleted ids in it; they are not found all the same.
        var all = new IdSet(reader.Ids, _ => true);
        var every = new Hit[reader.Count + 10];
        Assert.Equal(reader.Count, reader.Search(Vectors(7, 1), every, new SearchOptions { Allowed = all }));
    }

    [Theory]
    [InlineData("title=what is in (a)", 0)]
    [InlineData("title in (x, a=b)", 1)]
    [InlineData("title!=a=b", 0)]
    [InlineData("title = a=b", 1)]
    public void TheFirstSignOfAConditionDecides(string condition, int expected)
    {
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, Float32))
        {
            foreach ((string key, string title) in (ReadOnlySpan<(string, string)>)[("d0", "what is in (a)"),
                ("d1", "a=b")])
                writer.Upsert(Document(key, Vectors(1, 1)) with { Attributes = [new IndexAttribute("title", title)] });
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        IdSet found = reader.Where(IndexFilter.Parse(condition));
        Assert.Equal([expected], Enumerable.Range(0, 2).Where(found.Contains));
    }

    [Fact]
    public void ASearchAllocatesNothing()
    {
        foreach (IndexDefinition definition in (IndexDefinition[])
            [Float32, new() { Dimensions = Dimensions }, new() { Dimensions = Dimensions, Rescore = null }])
        {
            using var scratch = new ScratchIndex();
            using (VectorIndex writer = VectorIndex.Create(scratch.Path, definition))
            {
                for (int i = 0; i < 100; i++)
                    writer.Upsert(Document($"d{i}", Vectors(i, 10)));
                writer.Commit();
                writer.Delete("d3");
                writer.Commit();
            }
            using IndexReader reader = IndexReader.Open(scratch.Path);
            float[] query = Vectors(3, 1);
            var hits = new Hit[10];
            Assert.Equal(0, Allocations.WhenSteady(() => reader.Search(query, hits)));
        }
    }

    private void AssertSame(List<(string Key, float[] Vectors)> documents, MemoryIndex expected)
    {
        var added = new List<string>();
        foreach ((string key, float[] vectors) in documents)
        {
            expected.Add(vectors);
            added.AddRange(Enumerable.Range(0, vectors.Length / Dimensions).Select(i => $"{key}#{i}"));
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Equal((documents.Count, expected.Count), (reader.Documents, reader.Count));
        foreach (float[] query in (float[][])[Vectors(99, 1),
            documents.First(one => one.Vectors.Length > 0).Vectors[..Dimensions]])
        {
            var left = new Hit[expected.Count];
            var right = new Hit[expected.Count + 2];
            Assert.Equal(expected.Count, expected.Search(query, left));
            Assert.Equal(expected.Count, reader.Search(query, right));
            Assert.Equal(
                left.Select(hit => (hit.Score, added[hit.Id])).Order(),
                right[..expected.Count].Select(hit => (hit.Score, Name(reader, hit.Id))).Order());
            for (int i = 1; i < expected.Count; i++)
                Assert.True(right[i - 1].IsBefore(right[i]));
        }
        foreach (string one in added)
            Assert.True(reader.Contains(one[..one.LastIndexOf('#')]));
    }
}
