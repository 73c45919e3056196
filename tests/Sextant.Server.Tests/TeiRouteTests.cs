using System.Text.Json;
using Sextant.Cli.Tests;
using Sextant.Server.Routes;

namespace Sextant.Server.Tests;

/// <summary>Servers of models of every kind: of random weights, but with heads.</summary>
public sealed class HeadServers : IAsyncLifetime
{
    internal TinyModel Dense { get; } = new();

    internal TinyRanker Ranker { get; } = new();

    internal TinyClassifier Classifier { get; } = new();

    internal TinyMasked Masked { get; } = new();

    internal RunningServer All { get; private set; } = null!;

    public async ValueTask InitializeAsync() => All = await RunningServer.Start(
        "--model", Dense.Folder, "--model", Ranker.Folder, "--model", Classifier.Folder, "--model", Masked.Folder);

    public async ValueTask DisposeAsync()
    {
        await All.DisposeAsync();
        Dense.Dispose();
        Ranker.Dispose();
        Classifier.Dispose();
        Masked.Dispose();
    }
}

/// <summary>The routes of text-embeddings-inference, Cohere and Jina give what the library gives.</summary>
public sealed class TeiRouteTests(HeadServers servers) : IClassFixture<HeadServers>
{
    private static readonly string[] s_texts = ["the sky is blue", "ships sail over the sea", "grass"];

    private static readonly string s_long = string.Join(' ', Enumerable.Repeat("one two three", 60));

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(one => one.GetSingle())];

    private async Task<int> Status(string path, object body)
    {
        using HttpResponseMessage response = await servers.All.Post(path, JsonSerializer.Serialize(body));
        if (!response.IsSuccessStatusCode)
        {
            string text = await response.Content.ReadAsStringAsync();
            JsonElement error = JsonDocument.Parse(text).RootElement;
            Assert.NotEmpty(error.GetProperty("error").GetString()!);
            Assert.NotEmpty(error.GetProperty("error_type").GetString()!);
        }
        return (int)response.StatusCode;
    }

    [Fact]
    public async Task KindsAreFoundFromFolders()
    {
        JsonElement info = JsonDocument.Parse(await servers.All.Client.GetStringAsync(
            "/info", TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(
            ["embedding", "reranker", "classifier", "sparse"],
            info.GetProperty("models").EnumerateArray().Select(one => one.GetProperty("kind").GetString()));
        Assert.Equal(servers.Dense.Folder, info.GetProperty("model_id").GetString());
        Assert.Equal(TinyModel.MaxTokens, info.GetProperty("max_input_length").GetInt32());
    }

    [Fact]
    public async Task EmbedGivesVectorsInFullOrCutScaledOrNot()
    {
        using EmbeddingModel model = EmbeddingModel.Load(servers.Dense.Folder);
        using EmbeddingModel plain = EmbeddingModel.Load(
            servers.Dense.Folder, new EmbeddingOptions { Normalize = false });
        JsonElement whole = await servers.All.PostForJson("/embed", new { inputs = s_texts });
        JsonElement raw = await servers.All.PostForJson("/embed", new { inputs = s_texts, normalize = false });
        JsonElement shorter = await servers.All.PostForJson("/embed", new { inputs = s_texts[0], dimensions = 8 });
        for (int i = 0; i < s_texts.Length; i++)
        {
            Assert.Equal(model.Embed(s_texts[i]), Floats(whole[i]));
            Assert.Equal(plain.Embed(s_texts[i]), Floats(raw[i]));
        }
        float[] expected = new float[8];
        model.Embed([s_texts[0]], Prompt.Default, 8, expected);
        Assert.Equal(expected, Floats(Assert.Single(shorter.EnumerateArray())));
    }

    [Theory]
    [InlineData("Right", Truncation.Right)]
    [InlineData("Left", Truncation.Left)]
    public async Task WhatIsTooLongIsCutWhereAskedOrRefused(string direction, Truncation truncation)
    {
        using EmbeddingModel model = EmbeddingModel.Load(
            servers.Dense.Folder, new EmbeddingOptions { Truncation = truncation });
        JsonElement found = await servers.All.PostForJson(
            "/embed", new { inputs = s_long, truncate = true, truncation_direction = direction });
        Assert.Equal(model.Embed(s_long), Floats(found[0]));
        Assert.Equal(413, await Status("/embed", new { inputs = s_long }));
        Assert.Equal(400, await Status("/embed", new { inputs = "a", truncate = true, truncation_direction = "Up" }));
    }

    [Fact]
    public async Task EmbedAllGivesTheLastStateOfEveryToken()
    {
        using EmbeddingModel model = EmbeddingModel.Load(servers.Dense.Folder);
        JsonElement found = await servers.All.PostForJson("/embed_all", new { inputs = s_texts });
        for (int i = 0; i < s_texts.Length; i++)
        {
            var buffer = new Sextant.Tokens.TokenBuffer();
            model.Tokenizer.Encode(s_texts[i], buffer);
            float[] expected = new float[buffer.Count * TinyModel.Hidden];
            model.HiddenStates(new TokenSequence(buffer.Ids.ToArray()), model.Card.Layers, expected);
            Assert.Equal(expected, found[i].EnumerateArray().SelectMany(Floats).ToArray());
        }
    }

    [Fact]
    public async Task EmbedSparseGivesTermsAndWeights()
    {
        using SparseEncoder model = SparseEncoder.Load(servers.Masked.Folder);
        JsonElement found = await servers.All.PostForJson("/embed_sparse", new { inputs = s_texts });
        for (int i = 0; i < s_texts.Length; i++)
        {
            TermWeight[] terms = [.. found[i].EnumerateArray().Select(one =>
                new TermWeight(one.GetProperty("index").GetInt32(), one.GetProperty("value").GetSingle()))];
            Assert.NotEmpty(terms);
            Assert.Equal(model.Embed(s_texts[i]), terms);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RerankOrdersTextsByLogits(bool raw)
    {
        using SequenceClassifier model = SequenceClassifier.Load(servers.Ranker.Folder);
        RankedDocument[] expected = model.Rank("blue", s_texts);
        JsonElement found = await servers.All.PostForJson(
            "/rerank", new { query = "blue", texts = s_texts, raw_scores = raw, return_text = true });
        Assert.Equal(
            expected.Select(one => (one.Index, raw ? one.Logit : one.Score, s_texts[one.Index])),
            found.EnumerateArray().Select(one => (
                one.GetProperty("index").GetInt32(), one.GetProperty("score").GetSingle(),
                one.GetProperty("text").GetString()!)));
    }

    [Theory]
    [InlineData("/v1/rerank")]
    [InlineData("/v2/rerank")]
    public async Task CohereAndJinaGetTheBestDocuments(string path)
    {
        using SequenceClassifier model = SequenceClassifier.Load(servers.Ranker.Folder);
        RankedDocument[] expected = model.Rank("blue", s_texts);
        JsonElement found = await servers.All.PostForJson(path, new
        {
            model = servers.Ranker.Folder,
            query = "blue",
            documents = new object[] { s_texts[0], new { text = s_texts[1] }, s_texts[2] },
            top_n = 2,
            return_documents = true,
        });
        Assert.Equal(
            expected.Take(2).Select(one => (one.Index, one.Score, s_texts[one.Index])),
            found.GetProperty("results").EnumerateArray().Select(one => (
                one.GetProperty("index").GetInt32(), one.GetProperty("relevance_score").GetSingle(),
                one.GetProperty("document").GetProperty("text").GetString()!)));
        Assert.True(found.GetProperty("usage").GetProperty("total_tokens").GetInt32() > 0);
        using HttpResponseMessage wrong = await servers.All.Post(path, """{"query":"a","documents":["b"],"top_n":0}""");
        string error = await wrong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)wrong.StatusCode);
        Assert.Contains("top_n", JsonDocument.Parse(error).RootElement.GetProperty("message").GetString()!,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task PredictTakesTextsPairsAndMixedArrays()
    {
        using SequenceClassifier model = SequenceClassifier.Load(servers.Classifier.Folder);
        float[] pair = new float[3];
        model.ClassifyPairs([(s_texts[0], s_texts[1])], pair);
        float[] single = model.Classify(s_texts[2]);
        string id = servers.Classifier.Folder;
        JsonElement one = await servers.All.PostForJson("/predict", new { inputs = s_texts[2], model = id });
        JsonElement two = await servers.All.PostForJson(
            "/predict", new { inputs = new[] { s_texts[0], s_texts[1] }, model = id });
        JsonElement mixed = await servers.All.PostForJson("/predict", new
        {
            inputs = new[] { [s_texts[2]], new[] { s_texts[0], s_texts[1] } },
            model = id,
        });
        AssertScores(model, single, one);
        AssertScores(model, pair, two);
        AssertScores(model, single, mixed[0]);
        AssertScores(model, pair, mixed[1]);

        static void AssertScores(SequenceClassifier model, float[] scores, JsonElement found) => Assert.Equal(
            scores.Select((score, i) => (score, model.Labels[i])).OrderByDescending(one => one.score),
            found.EnumerateArray().Select(
                one => (one.GetProperty("score").GetSingle(), one.GetProperty("label").GetString()!)));
    }

    [Fact]
    public async Task SimilarityIsTheDotProductOfVectors()
    {
        using EmbeddingModel model = EmbeddingModel.Load(servers.Dense.Folder);
        JsonElement found = await servers.All.PostForJson(
            "/similarity", new { inputs = new { source_sentence = s_texts[0], sentences = s_texts } });
        float[] scores = Floats(found);
        Assert.Equal(s_texts.Length, scores.Length);
        float[] source = model.Embed(s_texts[0]);
        for (int i = 0; i < scores.Length; i++)
        {
            double expected = source.Zip(model.Embed(s_texts[i]), (a, b) => (double)a * b).Sum();
            Assert.Equal(expected, scores[i], 1e-6); // rounding of 32 products of binary32
        }
    }

    [Fact]
    public async Task TokenizeAndDecodeAreTheTokenizers()
    {
        using EmbeddingModel model = EmbeddingModel.Load(servers.Dense.Folder);
        JsonElement found = await servers.All.PostForJson("/tokenize", new
        {
            inputs = "the skyx",
            model = servers.Dense.Folder,
        });
        Assert.Equal(
            ["[CLS]:True::", "the:False:0:3", "sky:False:4:7", "##x:False:7:8", "[SEP]:True::"],
            found[0].EnumerateArray().Select(one =>
                $"{one.GetProperty("text").GetString()}:{one.GetProperty("special").GetBoolean()}"
                + $":{one.GetProperty("start")}:{one.GetProperty("stop")}"));
        int[] ids = [.. found[0].EnumerateArray().Select(one => one.GetProperty("id").GetInt32())];
        JsonElement decoded = await servers.All.PostForJson("/decode", new { ids, model = servers.Dense.Folder });
        Assert.Equal(model.Tokenizer.Decode(ids), decoded[0].GetString());
    }

    [Theory]
    [InlineData("/embed", """{"inputs":[]}""")]
    [InlineData("/embed", """{"inputs":""}""")]
    [InlineData("/embed", """{"inputs":"a","nope":1}""")]
    [InlineData("/rerank", """{"query":"a"}""")]
    [InlineData("/rerank", """{"query":"a","texts":[]}""")]
    [InlineData("/rerank", """{"query":"a","texts":[null]}""")]
    [InlineData("/predict", """{"inputs":["a","b","c"]}""")]
    [InlineData("/predict", """{"inputs":[[]]}""")]
    [InlineData("/predict", """{"inputs":"a"}""")]
    [InlineData("/similarity", """{"inputs":{"source_sentence":"a","sentences":[]}}""")]
    [InlineData("/tokenize", """{"inputs":"a"}""")]
    [InlineData("/decode", """{"ids":"a"}""")]
    public async Task WhatIsNotAcceptedIsRefused(string path, string body) =>
        Assert.Equal(400, await Status(path, JsonDocument.Parse(body).RootElement));

    [Fact]
    public async Task TheRootIsTheOnlyModelsRoute()
    {
        await using RunningServer server = await RunningServer.Start("--model", servers.Dense.Folder);
        using EmbeddingModel model = EmbeddingModel.Load(servers.Dense.Folder);
        JsonElement found = await server.PostForJson("/", new { inputs = s_texts[0] });
        Assert.Equal(model.Embed(s_texts[0]), Floats(found[0]));
    }

    [Fact]
    public async Task HeadersSayWhatWasCut()
    {
        using HttpResponseMessage response = await servers.All.Post(
            "/rerank", JsonSerializer.Serialize(new { query = "a", texts = new[] { s_long }, truncate = true }));
        Assert.True(response.IsSuccessStatusCode);
        Assert.NotEmpty(response.Headers.GetValues(ReportHeaders.Truncated));
    }
}
