using Sextant.Backends;
using Sextant.Kernels;

namespace Sextant.Tests.Heads;

/// <summary>
/// Vectors of tokens are one bit pattern each: alone or in any batch, on any threads and instruction set; also where
/// queries are filled up with tokens that nothing sees.
/// </summary>
[Collection(nameof(MeasuredAlone))]
public class MultiVectorExactnessTests
{
    private const string Vocabulary = "the cat sat on mat a dog ran in fog and red sun over blue sea who what is where";

    [Theory]
    [InlineData("sentence-transformers")]
    [InlineData("attended")]
    [InlineData("pylate")]
    [InlineData("colbert")]
    public void TheyDoNotDependOnTheBatch(string name)
    {
        string folder = LateFixture.PathOf(name);
        string[] texts = Texts(InstructionSets.HasFusedMultiplyAdd ? 300 : 20);
        foreach (bool queries in new[] { true, false })
        {
            float[][] expected;
            using (MultiVectorEncoder alone = MultiVectorEncoder.Load(
                folder, new() { Threads = 1, Device = new CpuDevice(new KernelSet(Isa.Reference), null) }))
            {
                expected = Array.ConvertAll(texts, text => Embed(alone, [text], queries)[0]);
            }
            foreach (Isa isa in InstructionSets.Supported)
            {
                foreach (int threads in new[] { 1, 2 })
                {
                    using MultiVectorEncoder model = MultiVectorEncoder.Load(
                        folder, new() { Threads = threads, Device = new CpuDevice(new KernelSet(isa), null) });
                    int[] order = [.. Enumerable.Range(0, texts.Length)];
                    new Random(threads).Shuffle(order);
                    float[][] actual = Embed(model, Array.ConvertAll(order, i => texts[i]), queries);
                    for (int i = 0; i < order.Length; i++)
                        Assert.True(
                            expected[order[i]].AsSpan().SequenceEqual(actual[i]), $"{order[i]} on {isa}, {threads}");
                }
            }
        }
    }

    // What nothing sees changes nothing: the vectors of a query's own tokens are those of the tokens alone.
    [Theory]
    [InlineData("sentence-transformers")]
    [InlineData("pylate")]
    [InlineData("colbert")]
    public void FillingUpDoesNotTouchTheQuerysOwnTokens(string name)
    {
        var fixture = new LateFixture(name);
        using MultiVectorEncoder model = MultiVectorEncoder.Load(fixture.Folder);
        float[][] filled = Embed(model, fixture.Texts(queries: true), queries: true);
        for (int i = 0; i < filled.Length; i++)
        {
            int[] own = [.. fixture.Queries[i].Ids.TakeWhile(id => id != 4)];
            var vectors = new MultiVectors();
            model.EmbedTokens([new TokenSequence(own)], vectors);
            Assert.True(filled[i].AsSpan(0, own.Length * model.Dimensions).SequenceEqual(vectors[0]), $"{name} {i}");
            Assert.Equal(12 * model.Dimensions, filled[i].Length);
        }
    }

    [Fact]
    public void ManyThreadsHaveOneModel()
    {
        using MultiVectorEncoder model = MultiVectorEncoder.Load(LateFixture.PathOf("pylate"));
        string[] texts = Texts(40);
        float[][] queries = Embed(model, texts, true), documents = Embed(model, texts, false);
        Parallel.For(0, 64, round =>
        {
            float[][] actual = Embed(model, texts, round % 2 == 0);
            for (int i = 0; i < texts.Length; i++)
                Assert.Equal((round % 2 == 0 ? queries : documents)[i], actual[i]);
        });
    }

    [Fact]
    public void InSteadyStateNothingIsAllocated()
    {
        using MultiVectorEncoder model = MultiVectorEncoder.Load(LateFixture.PathOf("colbert"));
        string[] texts = Texts(40);
        var vectors = new MultiVectors();
        Assert.Equal(0, Allocations.WhenSteady(() => model.EmbedQueries(texts, vectors)));
        Assert.Equal(0, Allocations.WhenSteady(() => model.EmbedDocuments(texts, vectors)));
    }

    [Fact]
    public void CancelledAndDisposedCallsSaySo()
    {
        MultiVectorEncoder model = MultiVectorEncoder.Load(LateFixture.PathOf("colbert"));
        var vectors = new MultiVectors();
        Assert.ThrowsAny<OperationCanceledException>(() => model.EmbedQueries(
            ["the cat"], vectors, cancellationToken: new CancellationToken(canceled: true)));
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.EmbedQueries(["the cat"], vectors));
    }

    private static float[][] Embed(MultiVectorEncoder model, string[] texts, bool queries)
    {
        var vectors = new MultiVectors();
        if (queries)
            model.EmbedQueries(texts, vectors);
        else
            model.EmbedDocuments(texts, vectors);
        return [.. Enumerable.Range(0, texts.Length).Select(i => vectors[i].ToArray())];
    }

    private static string[] Texts(int count)
    {
        var random = new Random(11);
        string[] words = Vocabulary.Split(' ');
        return [.. Enumerable.Range(0, count).Select(_ =>
            string.Join(' ', Enumerable.Range(0, random.Next(20)).Select(_ => words[random.Next(words.Length)])))];
    }
}
