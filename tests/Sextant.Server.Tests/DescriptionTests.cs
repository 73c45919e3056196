using System.Text.Json;
using Sextant.Cli.Tests;

namespace Sextant.Server.Tests;

/// <summary>What the server says of itself: metrics, the OpenAPI document, the pages.</summary>
[Collection(ServerCollection.Name)]
public sealed class DescriptionTests(ServerFixture fixture)
{
    [Fact]
    public async Task MetricsCountTokensBatchesAndTruncation()
    {
        // A model that no other server of this process has: they all count in the same meter.
        using var own = new TinyModel();
        using EmbeddingModel model = EmbeddingModel.Load(own.Folder);
        await using RunningServer server = await RunningServer.Start("--model", own.Folder);
        string text = string.Join(' ', Enumerable.Repeat("sky", 2000));
        await server.PostForJson("/v1/embeddings", new { input = new[] { text, "sky" } });
        string metrics = await server.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        var reports = new TextReport[2];
        model.Embed([text, "sky"], new float[2 * model.Dimensions], reports);
        metrics = string.Join('\n', metrics.Split('\n').Where(
            line => line.Contains(own.Folder, StringComparison.Ordinal)));
        Assert.Equal(reports.Sum(one => one.Tokens), Value(metrics, "sextant_tokens_total"));
        Assert.Equal(2, Value(metrics, "sextant_inputs_total"));
        Assert.Equal(reports[0].Truncated, Value(metrics, "sextant_truncated_total"));
        Assert.Equal(1, Value(metrics, "sextant_queue_duration_seconds_count"));
        Assert.True(Value(metrics, "sextant_batch_tokens_count") >= 1);
        Assert.Equal(0, Value(metrics, "sextant_queue_tokens"));
    }

    private static double Value(string metrics, string name)
    {
        string line = Assert.Single(metrics.Split('\n'), line => line.StartsWith(name, StringComparison.Ordinal)
            && line[name.Length] is '{' or ' ');
        return double.Parse(
            line[(line.IndexOf('}') + 1)..].Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task TheDocumentHasEveryRouteAndTheFormsOfInputs()
    {
        JsonElement document = JsonDocument.Parse(await fixture.Server.Client.GetStringAsync(
            "/openapi.json", TestContext.Current.CancellationToken)).RootElement;
        JsonElement paths = document.GetProperty("paths");
        foreach (string path in new[]
        {
            "/v1/embeddings", "/v1/models", "/embed", "/embed_all", "/embed_sparse", "/rerank", "/predict",
            "/similarity", "/tokenize", "/decode", "/info", "/v1/rerank", "/v1/indexes/{name}/search",
            "/v1/indexes/{name}/documents", "/health",
        })
        {
            Assert.True(paths.TryGetProperty(path, out _), path + " is not described");
        }
        JsonElement schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.Equal(4, schemas.GetProperty("TextsOrTokens").GetProperty("oneOf").GetArrayLength());
        Assert.True(schemas.GetProperty("EmbeddingRequest").GetProperty("properties").TryGetProperty(
            "encoding_format", out _));
    }

    [Theory]
    [InlineData("/", "<title>sextant-server")]
    [InlineData("/page.js", "use strict")]
    [InlineData("/page.css", "color-scheme")]
    [InlineData("/docs/", "html")]
    public async Task PagesAreServed(string path, string expected) => Assert.Contains(
        expected, await fixture.Server.Client.GetStringAsync(path, TestContext.Current.CancellationToken),
        StringComparison.Ordinal);
}
