using System.Globalization;
using Sextant.Codes;
using Sextant.Indexes;
using Sextant.Search;
using Sextant.Tests.Search;

namespace Sextant.Tests.Indexes;

/// <summary>An index's hybrid ranking is the fusion of all scores, from candidates.</summary>
public sealed class HybridSearchTests : IDisposable
{
    private const int Documents = 900; // below the sample's size: the mean is exact

    private static readonly string[] Words = ["sea", "ship", "sky", "grass", "rare"];

    private readonly ScratchIndex _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData(VectorCode.Float32)]
    [InlineData(VectorCode.Binary)]
    public void TheRankingIsThatOfAllScores(VectorCode code)
    {
        using IndexReader reader = Write(code);
        IdSet live = reader.Where(IndexFilter.Parse());
        int[] ids = [.. Enumerable.Range(0, reader.Ids).Where(live.Contains)];
        var search = new HybridSearch(reader, 0.6f);
        foreach (string[] query in (string[][])[["ship", "rare"], ["sea"], ["nothing"], []])
        {
            float[] vector = SomeDocuments.Vectors(9, 1);
            (Hit[] expected, float[] near, float[] worded) = All(reader, ids, vector, query, 0.6f);
            var hits = new HybridHit[20];
            Assert.Equal(20, search.Search(vector, query, hits));
            for (int i = 0; i < hits.Length; i++)
            {
                Assert.Equal(ids[expected[i].Id], hits[i].Id);
                Assert.Equal(expected[i].Score, hits[i].Score, 1e-5f);
                Assert.Equal(near[expected[i].Id], hits[i].Similarity, 1e-6f);
                Assert.Equal(worded[expected[i].Id], hits[i].Terms, 1e-6f);
            }
        }
    }

    [Fact]
    public void LimitsHoldForBothRankings()
    {
        using IndexReader reader = Write(VectorCode.Float32);
        float[] vector = SomeDocuments.Vectors(9, 1);
        var search = new HybridSearch(reader);
        var hits = new HybridHit[Documents];
        var odd = new IdSet(reader.Ids, id => id % 2 == 1);
        int found = search.Search(vector, ["rare"], hits, new SearchOptions { Allowed = odd, MinScore = 0 });
        Assert.InRange(found, 100, Documents / 2);
        Assert.All(hits[..found], hit => Assert.True(hit.Id % 2 == 1 && hit.Similarity >= 0));
        Assert.Equal(0, search.Search(vector, ["rare"], hits, new SearchOptions { Allowed = new IdSet(reader.Ids) }));
    }

    [Fact]
    public void AnIndexWithoutTermsIsRefused()
    {
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, SomeDocuments.Float32))
            writer.Commit();
        using IndexReader reader = IndexReader.Open(_scratch.Path);
        Assert.Throws<UnsupportedRequestException>(() => new HybridSearch(reader));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HybridSearch(reader, 1.5f));
    }

    private static (Hit[] Hits, float[] Near, float[] Worded) All(
        IndexReader reader, int[] ids, float[] vector, string[] query, float weight)
    {
        float[] near = new float[ids.Length], worded = new float[ids.Length];
        var words = new ReferenceBm25();
        float[] row = new float[SomeDocuments.Dimensions];
        for (int i = 0; i < ids.Length; i++)
        {
            words.Add(Terms(int.Parse(reader.Key(ids[i]), CultureInfo.InvariantCulture)));
            reader.Vector(ids[i], row);
            near[i] = (float)row.Zip(vector, (a, b) => (double)a * b).Sum();
        }
        words.Score(query, worded);
        var hits = new Hit[ids.Length];
        Assert.Equal(ids.Length, ScoreFusion.Rank(near, worded, weight, hits));
        return (hits, near, worded);
    }

    private IndexReader Write(VectorCode code)
    {
        IndexDefinition definition = SomeDocuments.Float32 with
        {
            Code = code,
            Rescore = code == VectorCode.Binary ? VectorCode.Float32 : null,
            KeepsTerms = true,
        };
        using (VectorIndex writer = VectorIndex.Create(_scratch.Path, definition))
        {
            for (int i = 0; i < Documents; i++)
            {
                writer.Upsert(SomeDocuments.Document($"{i}", SomeDocuments.Vectors(100 + i, 1)) with { Terms = [Terms(i)] });
                if (i % 400 == 399)
                    writer.Commit();
            }
            for (int i = 5; i < Documents; i += 50)
                writer.Delete($"{i}");
            writer.Commit();
        }
        return IndexReader.Open(_scratch.Path);
    }

    private static List<string> Terms(int document) =>
    [
        .. Enumerable.Range(0, 4 + (document % 5)).Select(i => Words[((document * 7) + (i * i)) % 4]),
        .. document % 97 == 0 ? ["rare"] : Array.Empty<string>(),
    ];
}
