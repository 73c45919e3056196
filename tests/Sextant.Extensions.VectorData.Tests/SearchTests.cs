using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;

namespace Sextant.Extensions.VectorData.Tests;

/// <summary>Searches by every distance function, by text, and by words too.</summary>
public sealed class SearchTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // 1 is the query's own vector, 2 the opposite, 3 orthogonal to it and longer.
    [Theory]
    [InlineData(null, 1, -1, 0, new[] { 1, 3, 2 })]
    [InlineData(DistanceFunction.CosineSimilarity, 1, -1, 0, new[] { 1, 3, 2 })]
    [InlineData(DistanceFunction.CosineDistance, 0, 2, 1, new[] { 1, 3, 2 })]
    [InlineData(DistanceFunction.DotProductSimilarity, 1, -1, 0, new[] { 1, 3, 2 })]
    [InlineData(DistanceFunction.NegativeDotProductSimilarity, -1, 1, 0, new[] { 1, 3, 2 })]
    [InlineData(DistanceFunction.EuclideanDistance, 0, 2, 1.7320508, new[] { 1, 3, 2 })]
    [InlineData(DistanceFunction.EuclideanSquaredDistance, 0, 4, 3, new[] { 1, 3, 2 })]
    public async Task ScoresAreThoseOfTheDistanceFunction(
        string? function, double same, double opposite, double orthogonal, int[] order)
    {
        using var scratch = new ScratchStore(onDisk: true);
        VectorStoreCollection<object, Dictionary<string, object?>> collection = Collection(scratch, function);
        await collection.EnsureCollectionExistsAsync(Stop);
        await collection.UpsertAsync([Record(1, 1, 0, 0, 0), Record(2, -1, 0, 0, 0), Record(3, 0, -1, -1, 0)], Stop);
        double[] expected = [same, opposite, orthogonal];
        float[] query = [1, 0, 0, 0];
        List<VectorSearchResult<Dictionary<string, object?>>> found =
            await collection.SearchAsync(query, 9, cancellationToken: Stop).ToListAsync(Stop);
        Assert.Equal(order, found.Select(one => (int)one.Record["Key"]!));
        for (int i = 0; i < 3; i++)
            Assert.Equal(expected[order[i] - 1], found[i].Score!.Value, 1e-6);
        for (int kept = 1; kept < 3; kept++)
        {
            double threshold = (found[kept - 1].Score!.Value + found[kept].Score!.Value) / 2;
            Assert.Equal(kept, await collection.SearchAsync(query, 9, new() { ScoreThreshold = threshold }, Stop)
                .CountAsync(Stop));
        }
        Assert.Equal(order[1..], await collection.SearchAsync(query, 2, new() { Skip = 1 }, Stop)
            .Select(one => (int)one.Record["Key"]!).ToListAsync(Stop));
        Assert.Empty(await collection.SearchAsync(query, int.MaxValue, new() { Skip = int.MaxValue },
            Stop).ToListAsync(Stop));
        // Made with another distance: refused when it is opened.
        scratch.Reopen();
        string other = function == DistanceFunction.DotProductSimilarity
            ? DistanceFunction.CosineDistance
            : DistanceFunction.DotProductSimilarity;
        VectorStoreException refused = await Assert.ThrowsAsync<VectorStoreException>(
            () => Collection(scratch, other).EnsureCollectionExistsAsync(Stop));
        Assert.Contains("vectordata.distance", refused.Message);
    }

    [Theory]
    [InlineData(DistanceFunction.HammingDistance)]
    [InlineData(DistanceFunction.ManhattanDistance)]
    [InlineData("Chebyshev")]
    public void OtherDistanceFunctionsAreRefusedByName(string function)
    {
        using var scratch = new ScratchStore(onDisk: false);
        Assert.Contains(function, Assert.Throws<NotSupportedException>(() => Collection(scratch, function)).Message);
    }

    [Fact]
    public void OtherIndexesAndSecondVectorsAndTypesAreRefusedByName()
    {
        using var scratch = new ScratchStore(onDisk: false);
        string Refused<TException>(params VectorStoreProperty[] properties)
            where TException : Exception =>
            Assert.Throws<TException>(() => scratch.Store.GetDynamicCollection("x", new VectorStoreCollectionDefinition
            {
                Properties = properties,
            })).Message;
        var key = new VectorStoreKeyProperty("Key", typeof(int));
        VectorStoreVectorProperty Vector(string name, string? kind = null) =>
            new(name, typeof(ReadOnlyMemory<float>), 2) { IndexKind = kind };
        Assert.Contains("Hnsw", Refused<NotSupportedException>(key, Vector("V", IndexKind.Hnsw)));
        Refused<NotSupportedException>(key, Vector("V"), Vector("W"));
        Assert.Contains("'U'", Refused<NotSupportedException>(key, new VectorStoreDataProperty("U", typeof(Uri))));
        Assert.Contains("Double", Refused<NotSupportedException>(new VectorStoreKeyProperty("Key", typeof(double))));
        Assert.Contains("'N'", Refused<NotSupportedException>(
            key, new VectorStoreDataProperty("N", typeof(int)) { IsFullTextIndexed = true }));
        Refused<NotSupportedException>(Vector("V"));
        Refused<InvalidOperationException>(key, new VectorStoreVectorProperty("V", typeof(string), 2));
    }

    [Fact]
    public async Task TextsBecomeVectorsByTheGenerator()
    {
        using var generator = new LengthGenerator();
        using var scratch = new ScratchStore(onDisk: true, generator);
        var definition = new VectorStoreCollectionDefinition
        {
            Properties =
            [
                new VectorStoreKeyProperty("Key", typeof(int)),
                new VectorStoreDataProperty("Text", typeof(string)),
                new VectorStoreVectorProperty("Vector", typeof(string), 2),
            ],
        };
        VectorStoreCollection<object, Dictionary<string, object?>> collection =
            scratch.Store.GetDynamicCollection("texts", definition);
        await collection.EnsureCollectionExistsAsync(Stop);
        string[] texts = ["a", "bcd", "efghi"];
        await collection.UpsertAsync(
            texts.Select((text, i) =>
                new Dictionary<string, object?> { ["Key"] = i, ["Text"] = text, ["Vector"] = text }), Stop);
        Assert.Equal(1, generator.Calls); // all texts at once
        await collection.UpsertAsync(new Dictionary<string, object?> { ["Key"] = 9, ["Vector"] = null }, Stop);
        Assert.Equal("bcd", (
            await collection.SearchAsync("xyz", 1, cancellationToken: Stop).SingleAsync(Stop)).Record["Text"]);
        Assert.Equal(3, await collection.SearchAsync(new Embedding<float>(new float[] { 1, 3 }), 9,
            cancellationToken: Stop).CountAsync(Stop));
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            collection.GetAsync(1, new() { IncludeVectors = true }, Stop));
        await Assert.ThrowsAsync<NotSupportedException>(() => collection.SearchAsync(
            "a", 1, new() { IncludeVectors = true }, Stop).ToListAsync(Stop).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => collection.SearchAsync(8, 1, cancellationToken: Stop).ToListAsync(Stop).AsTask());
        // Records with vectors of their own may still be searched by text.
        definition.Properties[2] = new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>?), 2);
        collection = scratch.Store.GetDynamicCollection("texts", definition);
        Assert.Equal("efghi",
            (await collection.SearchAsync("vwxyz", 1, cancellationToken: Stop).SingleAsync(Stop)).Record["Text"]);
        using var silent = new ScratchStore(onDisk: false);
        collection = silent.Store.GetDynamicCollection("texts", definition);
        await collection.EnsureCollectionExistsAsync(Stop);
        await Assert.ThrowsAsync<NotSupportedException>(
            () => collection.SearchAsync("a", 1, cancellationToken: Stop).ToListAsync(Stop).AsTask());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WordsAndVectorsAreSearchedTogether(bool hasTwoTexts)
    {
        using var scratch = new ScratchStore(onDisk: true);
        var collection = (SextantCollection<object, Dictionary<string, object?>>)scratch.Store.GetDynamicCollection(
            "fruit",
            new VectorStoreCollectionDefinition
            {
                Properties =
                [
                    new VectorStoreKeyProperty("Key", typeof(int)),
                    new VectorStoreDataProperty("Text", typeof(string)) { IsFullTextIndexed = true },
                    new VectorStoreDataProperty("Title", typeof(string)) { IsFullTextIndexed = hasTwoTexts },
                    new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>), 4),
                ],
            });
        await collection.EnsureCollectionExistsAsync(Stop);
        (string Text, string Title)[] texts =
            [("apples are healthy", "grapes"), ("oranges are tangy", "pears"),
                ("grapes are healthy and sweet", "apples")];
        await collection.UpsertAsync(
            texts.Select((text, i) =>
            {
                Dictionary<string, object?> record = Record(i + 1, 1, 0, 0, 0);
                (record["Text"], record["Title"]) = text;
                return record;
            }),
            Stop);
        async Task<int[]> Found(HybridSearchOptions<Dictionary<string, object?>>? options, int top,
            params string[] words) =>
            [.. (await collection.HybridSearchAsync(new float[] { 1, 0, 0, 0 }, words, top, options,
                Stop).ToListAsync(Stop))
                .Select(one => (int)one.Record["Key"]!)];
        async Task Expect(
            int[] keys, HybridSearchOptions<Dictionary<string, object?>>? options, int top, params string[] words)
        {
            int[] found = await Found(options, top, words);
            Assert.Equal(keys, found);
        }
        HybridSearchOptions<Dictionary<string, object?>> In(string property) =>
            new() { AdditionalProperty = r => r[property] };
        if (hasTwoTexts)
        {
            Assert.Equal(1, (await Found(In("Title"), 3, "Grapes"))[0]);
            await Assert.ThrowsAsync<InvalidOperationException>(() => Found(null, 3, "Grapes"));
        }
        else
        {
            Assert.Equal(3, (await Found(null, 3, "Grapes"))[0]);
            await Assert.ThrowsAsync<InvalidOperationException>(() => Found(In("Title"), 3, "Grapes"));
        }
        await Expect([2], In("Text"), 1, "oranges");
        Assert.Equal(3, (await Found(In("Text"), 3, "Grapes")).Length);
        HybridSearchOptions<Dictionary<string, object?>> filtered = In("Text");
        filtered.Filter = r => (int)r["Key"]! == 1;
        await Expect([1], filtered, 3, "oranges");
        HybridSearchOptions<Dictionary<string, object?>> skipped = In("Text");
        skipped.Skip = 2;
        await Expect([2], skipped, 3, "healthy");
        int[] both = await Found(In("Text"), 2, "tangy", "apples");
        Assert.Equal([1, 2], both.Order());
    }

    private static Dictionary<string, object?> Record(int key, params float[] vector) =>
        new() { ["Key"] = key, ["Vector"] = new ReadOnlyMemory<float>(vector) };

    private static VectorStoreCollection<object, Dictionary<string,
        object?>> Collection(ScratchStore scratch, string? function) =>
        scratch.Store.GetDynamicCollection("scores", new VectorStoreCollectionDefinition
        {
            Properties =
            [
                new VectorStoreKeyProperty("Key", typeof(int)),
                new VectorStoreVectorProperty("Vector", typeof(ReadOnlyMemory<float>),
                    4) { DistanceFunction = function },
            ],
        });

    /// <summary>A text's vector is 1 and its length.</summary>
    private sealed class LengthGenerator : IEmbeddingGenerator<string, Embedding<float>>
    {
        public int Calls { get; private set; }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
                CancellationToken cancellationToken = default)
        {
            Calls++;
            return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(
                values.Select(text => new Embedding<float>(new float[] { 1, text.Length }))));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
