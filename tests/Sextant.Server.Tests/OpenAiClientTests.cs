using System.ClientModel;
using Microsoft.Extensions.AI;
using OpenAI;
using OpenAI.Embeddings;

namespace Sextant.Server.Tests;

/// <summary>OpenAI's own client for .NET, and Microsoft.Extensions.AI's generator over it.</summary>
[Collection(ServerCollection.Name)]
public sealed class OpenAiClientTests(ServerFixture fixture)
{
    private static readonly string[] s_texts = ["The sky is blue.", "Ships sail over the sea.", "今日は"];

    private OpenAIClient Client(string key = "any") => new(
        new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(fixture.Server.Url + "/v1") });

    [Fact]
    public async Task VectorsAreTheLibrarysBits()
    {
        EmbeddingClient client = Client().GetEmbeddingClient(ServerFixture.Tiny);
        OpenAIEmbeddingCollection found = await client.GenerateEmbeddingsAsync(s_texts);
        Assert.Equal(s_texts.Length, found.Count);
        for (int i = 0; i < s_texts.Length; i++)
        {
            Assert.Equal(i, found[i].Index);
            Assert.Equal(fixture.Model.Embed(s_texts[i]), found[i].ToFloats().ToArray());
        }
        Assert.Equal(ServerFixture.Tiny, found.Model);
        int tokens = s_texts.Sum(text => fixture.Model.Tokenizer.CountTokens(text));
        Assert.Equal((tokens, tokens), (found.Usage.InputTokenCount, found.Usage.TotalTokenCount));
    }

    [Fact]
    public async Task DimensionsAreThoseAskedFor()
    {
        EmbeddingClient client = Client().GetEmbeddingClient(ServerFixture.Tiny);
        OpenAIEmbedding found = await client.GenerateEmbeddingAsync(
            s_texts[0], new OpenAI.Embeddings.EmbeddingGenerationOptions { Dimensions = 64 });
        float[] expected = new float[64];
        fixture.Model.Embed([s_texts[0]], Prompt.Default, 64, expected);
        Assert.Equal(expected, found.ToFloats().ToArray());
    }

    [Theory]
    [InlineData("/v1/embeddings", "input")]
    [InlineData("/embed", "inputs")]
    public async Task LengthsThatTheModelWasNotTrainedForAreSaid(string path, string inputs)
    {
        foreach ((string more, bool isSaid) in new[] { ("", false), (",\"dimensions\":8", true) })
        {
            using HttpResponseMessage response = await fixture.Server.Post(path, $"{{\"{inputs}\":\"sky\"{more}}}");
            response.EnsureSuccessStatusCode();
            Assert.Equal(
                isSaid, response.Headers.TryGetValues(Routes.ReportHeaders.DimensionsNote, out IEnumerable<string>? note));
            if (isSaid)
                Assert.Contains("first 8 may rank worse", Assert.Single(note!), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TokenIdsAreTaken()
    {
        EmbeddingClient client = Client().GetEmbeddingClient(ServerFixture.Tiny);
        int[] ids = [5, 17, 9];
        OpenAIEmbeddingCollection found = await client.GenerateEmbeddingsAsync([ids]);
        float[] expected = new float[fixture.Model.Dimensions];
        fixture.Model.EmbedTokens([new TokenSequence(ids)], expected);
        Assert.Equal(expected, found[0].ToFloats().ToArray());
    }

    [Fact]
    public async Task ErrorsAreTheClientsOwn()
    {
        ClientResultException problem = await Assert.ThrowsAsync<ClientResultException>(
            () => Client().GetEmbeddingClient("no-such-model").GenerateEmbeddingAsync("a"));
        Assert.Equal(404, problem.Status);
        Assert.Contains("model_not_found", problem.Message, StringComparison.Ordinal);
        problem = await Assert.ThrowsAsync<ClientResultException>(
            () => Client().GetEmbeddingClient(ServerFixture.Tiny).GenerateEmbeddingAsync(
                "a", new OpenAI.Embeddings.EmbeddingGenerationOptions { Dimensions = 100_000 }));
        Assert.Equal(400, problem.Status);
        Assert.Contains("dimensions", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelsAreListed()
    {
        OpenAI.Models.OpenAIModelCollection models = await Client().GetOpenAIModelClient().GetModelsAsync();
        Assert.Equal(ServerFixture.Tiny, Assert.Single(models).Id);
        OpenAI.Models.OpenAIModel model = await Client().GetOpenAIModelClient().GetModelAsync(ServerFixture.Tiny);
        Assert.Equal(ServerFixture.Tiny, model.Id);
    }

    [Fact]
    public async Task ExtensionsAiGeneratorGivesTheSameBits()
    {
        using IEmbeddingGenerator<string, Embedding<float>> generator =
            Client().GetEmbeddingClient(ServerFixture.Tiny).AsIEmbeddingGenerator();
        GeneratedEmbeddings<Embedding<float>> found = await generator.GenerateAsync(
            s_texts, cancellationToken: TestContext.Current.CancellationToken);
        for (int i = 0; i < s_texts.Length; i++)
            Assert.Equal(fixture.Model.Embed(s_texts[i]), found[i].Vector.ToArray());
    }
}
