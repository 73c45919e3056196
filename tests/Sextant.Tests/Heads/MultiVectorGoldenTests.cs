using Sextant.Backends;
using Sextant.Kernels;

namespace Sextant.Tests.Heads;

/// <summary>Late-interaction folders of every layout against numpy's float64.</summary>
public class MultiVectorGoldenTests
{
    public static TheoryData<string, Isa> Layouts()
    {
        var data = new TheoryData<string, Isa>();
        foreach (string name in LateFixture.Names)
        {
            foreach (Isa isa in InstructionSets.Supported.Where(
                i => InstructionSets.HasFusedMultiplyAdd || i == Isa.Reference))
                data.Add(name, isa);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void VectorsAreNumpys(string name, Isa isa)
    {
        var fixture = new LateFixture(name);
        using MultiVectorEncoder model = MultiVectorEncoder.Load(
            fixture.Folder, new() { Device = new CpuDevice(new KernelSet(isa), null) });
        var vectors = new MultiVectors();
        model.EmbedQueries(fixture.Texts(queries: true), vectors);
        AssertClose(fixture, fixture.Queries, vectors, $"{name} query {isa}");
        model.EmbedDocuments(fixture.Texts(queries: false), vectors);
        AssertClose(fixture, fixture.Documents, vectors, $"{name} document {isa}");
        // The little vocabulary has some of the marks only.
        Assert.All(
            model.Card.Notes, note => Assert.EndsWith("which the skip list names.", note, StringComparison.Ordinal));
        Assert.True(model.Card.Normalized);
    }

    [Theory]
    [InlineData("sentence-transformers")]
    [InlineData("attended")]
    [InlineData("pylate")]
    [InlineData("colbert")]
    public void DocumentsAreRankedByMaxSim(string name)
    {
        var fixture = new LateFixture(name);
        using MultiVectorEncoder model = MultiVectorEncoder.Load(fixture.Folder);
        string[] documents = fixture.Texts(queries: false);
        Assert.Equal(name == "attended", model.IsMeanScore);
        for (int q = 0; q < fixture.Queries.Length; q++)
        {
            var reports = new TextReport[documents.Length];
            RankedDocument[] ranked = model.Rank(fixture.Queries[q].Text, documents, reports: reports);
            Assert.Equal(documents.Length, ranked.Length);
            double[] expected = fixture.Scores[q];
            // A sum of as many terms as the query has vectors, each of which may be off.
            double allowed = Allowed(fixture) * fixture.Queries[q].Vectors.Length * model.Dimensions;
            foreach (RankedDocument one in ranked)
                Assert.InRange(one.Score, expected[one.Index] - allowed, expected[one.Index] + allowed);
            Assert.Equal(ranked.OrderByDescending(one => one.Logit).ThenBy(one => one.Index), ranked);
            Assert.Equal(expected.Index().MaxBy(pair => pair.Item).Index, ranked[0].Index);
            Assert.Equal(ranked[..2], model.Rank(fixture.Queries[q].Text, documents, most: 2));
            Assert.Equal(name != "attended", reports[^1].Truncated > 0);
        }
    }

    [Fact]
    public void ReportsCountTheTextsOwnTokensAndThePrefix()
    {
        using MultiVectorEncoder model = MultiVectorEncoder.Load(LateFixture.PathOf("pylate"));
        var reports = new TextReport[3];
        var vectors = new MultiVectors();
        string dogs = string.Join(' ', Enumerable.Repeat("dog", 20));
        model.EmbedQueries(["the cat", "zebra", dogs], vectors, default, reports);
        Assert.Equal([new(5, 0, 0), new(4, 0, 1), new(12, 11, 0)], reports);
        Assert.Equal((12, 14, 8), (model.MaxQueryTokens, model.MaxTokens, model.Dimensions));
        using MultiVectorEncoder strict = MultiVectorEncoder.Load(
            LateFixture.PathOf("pylate"), new() { Truncation = Truncation.Error, MaxTokens = 20 });
        Assert.Equal(20, strict.MaxTokens);
        var error = Assert.Throws<TextTooLongException>(
            () => strict.EmbedQueries([dogs], vectors));
        Assert.Contains("23", error.Message, StringComparison.Ordinal);
        Assert.Contains("12", error.Message, StringComparison.Ordinal);
    }

    private static void AssertClose(
        LateFixture fixture, (string Text, int[] Ids, double[][] Vectors)[] expected, MultiVectors actual, string what)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (int i = 0; i < expected.Length; i++)
        {
            double[] values = [.. expected[i].Vectors.SelectMany(row => row)];
            Assert.Equal(values.Length, actual[i].Length);
            for (int at = 0; at < values.Length; at++)
            {
                double error = Math.Abs(values[at] - actual[i][at]);
                Assert.True(error <= Allowed(fixture), $"{what} {i}: value {at} is off by {error:E2}.");
            }
        }
    }

    private static double Allowed(LateFixture fixture) => Math.Max(2e-6 * fixture.Queries.Max(
        one => one.Vectors.Max(row => row.Max(Math.Abs))), 3 * fixture.Yardstick);
}
