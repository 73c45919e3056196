using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;
using static Sextant.Tests.Indexes.SomeDocuments;

namespace Sextant.Tests.Indexes;

/// <summary>The inverted file of an index on disk, against the scan of all its codes.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class ListsTests : IDisposable
{
    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(1, null)]
    [InlineData(7, null)]
    [InlineData(7, VectorCode.Float32)]
    [InlineData(5000, VectorCode.Float16)]
    public void AllListsReadFindWhatAScanFinds(int lists, VectorCode? rescore)
    {
        IndexDefinition definition = IndexFit.WithLists(
            new IndexDefinition { Dimensions = Dimensions, Rescore = rescore }, Vectors(17, Math.Max(400, lists)), lists);
        Change(_scratch, definition);
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        reader.Verify();
        Assert.Equal(lists, reader.Definition.Lists);
        IdSet some = reader.Where(IndexFilter.Parse());
        for (int id = 0; id < reader.Ids; id += 3)
            some.Remove(id);
        foreach (IdSet? allowed in (IdSet?[])[null, some])
        {
            for (int round = 0; round < 5; round++)
            {
                float[] query = Vectors(round, 1);
                var expected = new Hit[20];
                var hits = new Hit[20];
                var options = new SearchOptions { Allowed = allowed, Oversampling = round + 1 };
                int count = reader.Search(query, expected, options);
                Assert.Equal(count, reader.Search(query, hits, options with { Probes = lists }));
                Assert.Equal(expected, hits);
            }
        }
        float[] asked = Vectors(3, 1);
        var ten = new Hit[10];
        var probing = new SearchOptions { Probes = 2 };
        Assert.Equal(0, Allocations.WhenSteady(() => reader.Search(asked, ten, probing)));
    }

    [Fact]
    public void MoreListsFindMore()
    {
        const int Count = 6000, Lists = 40;
        float[] vectors = Vectors(1, Count);
        using (VectorIndex writer = VectorIndex.Create(
            _scratch.Path,
            IndexFit.WithLists(new IndexDefinition { Dimensions = Dimensions, Rescore = null }, vectors, Lists)))
        {
            for (int i = 0; i < Count; i += 1000) // segments of two sizes
            {
                writer.Upsert(Document($"{i}", vectors[(i * Dimensions)..((i + 1000) * Dimensions)]));
                if (i is 0 or 2000)
                    writer.Commit();
            }
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        int before = 0;
        foreach (int probes in (int[])[1, 4, 16, Lists])
        {
            int found = 0;
            for (int id = 0; id < 50; id++)
            {
                var expected = new Hit[10];
                var hits = new Hit[10];
                reader.Search(Vectors(id + 7, 1), expected);
                int count = reader.Search(Vectors(id + 7, 1), hits, new SearchOptions { Probes = probes });
                found += expected.Intersect(hits[..count]).Count();
            }
            Assert.True(found > before, $"{probes} lists find {found}");
            before = found;
        }
        Assert.Equal(500, before);
    }

    [Fact]
    public void WhatHasNoListsIsNotProbed()
    {
        var signs = new IndexDefinition { Dimensions = Dimensions };
        float[] sample = Vectors(17, 20);
        Assert.Throws<ArgumentException>(() => IndexFit.WithLists(Float32, sample, 3));
        Assert.Throws<ArgumentException>(() => IndexFit.WithLists(signs, sample, 21));
        Assert.Throws<ArgumentOutOfRangeException>(() => IndexFit.WithLists(signs, sample, -1));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => IndexFit.WithLists(signs, sample, IndexDefinition.MaxLists + 1));
        IndexDefinition three = IndexFit.WithLists(signs, sample, 3);
        Assert.Throws<ArgumentException>(
            () => VectorIndex.Create(_scratch.Path, three with { Code = VectorCode.Float16, Rescore = null }));
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, new IndexDefinition { Dimensions = Dimensions }))
        {
            writer.Upsert(Document("a", Vectors(1, 3)));
            writer.Commit();
        }
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Throws<UnsupportedRequestException>(
            () => reader.Search(Vectors(1, 1), new Hit[1], new SearchOptions { Probes = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(
            () => reader.Search(Vectors(1, 1), new Hit[1], new SearchOptions { Probes = -1 }));
    }

    [Theory]
    [InlineData(VectorCode.Binary, VectorCode.Float32)]
    [InlineData(VectorCode.Float32, null)]
    public void SeveralQueriesRefuseTheOptionsThatOneRefuses(VectorCode code, VectorCode? rescore)
    {
        using IndexReader reader = IndexReader.Of(
            new IndexDefinition { Dimensions = Dimensions, Code = code, Rescore = rescore }, Vectors(1, 3));
        void Refused<T>(SearchOptions options) where T : Exception
        {
            Assert.Throws<T>(() => reader.Search(Vectors(1, 1), new Hit[1], options));
            Assert.Throws<T>(() => reader.Search(Vectors(1, 2), 1, new Hit[2], new int[2], options));
        }
        Refused<UnsupportedRequestException>(new SearchOptions { Probes = 1 });
        Refused<ArgumentOutOfRangeException>(new SearchOptions { Probes = -1 });
        Refused<ArgumentOutOfRangeException>(new SearchOptions { Oversampling = 0 });
    }

    [Fact]
    public void ListsThatSegmentsLearntForThemselvesAreRefused()
    {
        var signs = new IndexDefinition { Dimensions = Dimensions };
        byte[] body = DefinitionBody.Write(signs);
        body[7] |= 16; // lists; earlier programs wrote their number alone
        InvalidIndexException problem = Assert.Throws<InvalidIndexException>(
            () => DefinitionBody.Read("definition", [.. body, 9, 0, 0, 0]));
        Assert.Contains("Build the index anew", problem.Message);
        byte[] listed = DefinitionBody.Write(IndexFit.WithLists(signs, Vectors(17, 20), 3));
        Assert.Equal(3, DefinitionBody.Read("definition", listed).Lists);
        Assert.Throws<InvalidIndexException>(() => DefinitionBody.Read("definition", listed.AsSpan(0, listed.Length - 1)));
        listed[^1] |= 1; // a bit after the 70 of a centroid
        Assert.Throws<InvalidIndexException>(() => DefinitionBody.Read("definition", listed));
    }
}
