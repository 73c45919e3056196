using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Sextant.Cli.Tests;
using Sextant.Indexes;
using Sextant.Server.Http;
using Sextant.Server.Indexes;

namespace Sextant.Server.Tests;

/// <summary>Documents go in, are found, and go out; what was acknowledged outlasts the process.</summary>
public sealed class IndexRouteTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sextant-index-").FullName;

    private string IndexFolder => Path.Combine(_folder, "notes");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<RunningServer> Start() =>
        RunningServer.Start("--model", model.Folder, "--index", "notes=" + IndexFolder);

    private static async Task Fill(RunningServer server)
    {
        JsonElement answer = await server.PostForJson("/v1/indexes/notes/documents", new
        {
            documents = new object[]
            {
                new { key = "a.md", text = "# Sky\n\nthe sky is blue.", attributes = new { lang = "en", year = 2024 } },
                new { key = "b", text = "ships sail over the sea.", attributes = new { lang = "en", year = 2025 } },
                new { key = "c", passages = new[] { "grass is green", "hello world" }, attributes = new { lang = "de" } },
            },
        });
        Assert.Equal(
            (1, 3, 4),
            (answer.GetProperty("commit").GetInt32(), answer.GetProperty("documents").GetInt32(),
                answer.GetProperty("passages").GetInt32()));
    }

    private static async Task<string[]> Keys(RunningServer server, object query)
    {
        JsonElement found = await server.PostForJson("/v1/indexes/notes/search", query);
        return [.. found.GetProperty("hits").EnumerateArray().Select(one => one.GetProperty("key").GetString()!)];
    }

    [Fact]
    public async Task DocumentsAreFoundByTextVectorAndWords()
    {
        await using RunningServer server = await Start();
        await Fill(server);
        using EmbeddingModel library = EmbeddingModel.Load(model.Folder);
        Assert.Equal("b", (await Keys(server, new { query = "ships sail over the sea.", ranking = "dense" }))[0]);
        Assert.Equal(["b"], await Keys(server, new { query = "ships", ranking = "bm25" }));
        Assert.Equal("c", (await Keys(server, new { query = "hello world", k = 1 }))[0]);
        float[] vector = library.Embed("grass is green");
        JsonElement found = await server.PostForJson("/v1/indexes/notes/search", new { vector, k = 2 });
        JsonElement best = found.GetProperty("hits")[0];
        Assert.Equal(
            ("c", 0, "grass is green", "dense"),
            (best.GetProperty("key").GetString()!, best.GetProperty("passage").GetInt32(),
                best.GetProperty("text").GetString()!, found.GetProperty("ranking").GetString()!));
        Assert.Equal(2, found.GetProperty("hits").GetArrayLength());
        Assert.Equal(1, best.GetProperty("similarity").GetSingle(), 0.01f); // kept in float16
    }

    [Fact]
    public async Task FiltersHoldAndUnknownNamesAreRefused()
    {
        await using RunningServer server = await Start();
        await Fill(server);
        Assert.Equal(
            ["b"], await Keys(server, new { query = "sky", ranking = "dense", filter = new[] { "lang=en", "year>2024" } }));
        foreach (object wrong in new object[]
        {
            new { query = "sky", filter = new[] { "colour=blue" } },
            new { query = "sky", filter = new[] { "nothing" } },
            new { query = "sky", ranking = "best" },
            new { query = "sky", k = 0 },
            new { vector = new[] { 1f } },
            new { vector = new[] { 1f }, ranking = "bm25" },
            new { k = 1 },
        })
        {
            using HttpResponseMessage response = await server.Post(
                "/v1/indexes/notes/search", JsonSerializer.Serialize(wrong));
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }
        using HttpResponseMessage missing = await server.Post("/v1/indexes/nope/search", """{"query":"a"}""");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task AttributesOfEveryKindAreFilteredAndGivenBack()
    {
        await using RunningServer server = await Start();
        await server.PostForJson("/v1/indexes/notes/documents", new
        {
            documents = new object[]
            {
                new
                {
                    key = "a",
                    text = "the sky is blue.",
                    attributes = new { price = 1.5, open = true, tags = new[] { "x", "y" }, sizes = new[] { 1, 2 } },
                },
                new { key = "b", text = "grass is green.", attributes = new { price = 2.5, open = false } },
            },
        });
        async Task Found(string[] keys, params string[] filter)
        {
            string[] found = await Keys(server, new { query = "sky", ranking = "dense", filter });
            Assert.Equal(keys, found.Order());
        }
        await Found(["a"], "price<2");
        await Found(["b"], "open=false");
        await Found(["a"], "tags contains y", "sizes contains 2");
        await Found(["b"], "tags missing");
        await Found(["a", "b"], "(price>2) or (tags contains x)");
        await Found(["a"], "not ((price>2) or (tags missing))");
        JsonElement kept = JsonDocument.Parse(await server.Client.GetStringAsync(
            "/v1/indexes/notes/documents/a", TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(
            """{"price":1.5,"open":true,"tags":["x","y"],"sizes":[1,2]}""", kept.GetProperty("attributes").GetRawText());
        using HttpResponseMessage mixed = await server.Post(
            "/v1/indexes/notes/documents",
            """{"documents":[{"key":"m","text":"a","attributes":{"tags":["x",1]}}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, mixed.StatusCode);
        using HttpResponseMessage otherKind = await server.Post(
            "/v1/indexes/notes/documents",
            """{"documents":[{"key":"m","text":"a","attributes":{"open":"yes"}}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, otherKind.StatusCode);
    }

    [Fact]
    public async Task DocumentsAreReplacedReadAndDeleted()
    {
        await using RunningServer server = await Start();
        await Fill(server);
        await server.PostForJson("/v1/indexes/notes/documents", new
        {
            documents = new[] { new { key = "b", passages = new[] { "one two three" } } },
        });
        Assert.Empty(await Keys(server, new { query = "ships", ranking = "bm25" }));
        JsonElement kept = JsonDocument.Parse(await server.Client.GetStringAsync(
            "/v1/indexes/notes/documents/b", TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal("one two three", kept.GetProperty("passages")[0].GetString());
        using HttpResponseMessage gone = await server.Client.DeleteAsync(
            "/v1/indexes/notes/documents/b", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, gone.StatusCode);
        using HttpResponseMessage again = await server.Client.DeleteAsync(
            "/v1/indexes/notes/documents/b", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, again.StatusCode);
        JsonElement deleted = await server.PostForJson(
            "/v1/indexes/notes/delete", new { keys = new[] { "a.md", "zzz" } });
        Assert.Equal(1, deleted.GetProperty("deleted").GetInt32());
        JsonElement facts = JsonDocument.Parse(await server.Client.GetStringAsync(
            "/v1/indexes", TestContext.Current.CancellationToken)).RootElement.GetProperty("indexes")[0];
        Assert.Equal((1, 2), (facts.GetProperty("documents").GetInt32(), facts.GetProperty("passages").GetInt32()));
    }

    [Fact]
    public async Task WhatAnotherProgramCommitsIsSeenAndItsLockIsRespected()
    {
        await using RunningServer server = await Start();
        await Fill(server);
        using (VectorIndex writer = VectorIndex.Open(IndexFolder))
        {
            using HttpResponseMessage locked = await server.Post(
                "/v1/indexes/notes/delete", """{"keys":["b"]}""");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, locked.StatusCode);
            Assert.NotNull(locked.Headers.RetryAfter);
            writer.Delete("b");
            writer.Commit();
        }
        Assert.Empty(await Keys(server, new { query = "ships", ranking = "bm25" }));
    }

    [Theory]
    [InlineData("c", "public=false")]
    [InlineData("a.md", "(lang=en) and not (tags contains sea)")]
    [InlineData("a.md c", "(price<2.5) or (lang=de)")]
    [InlineData("b", "tags exists", "price>=2.5")]
    [InlineData("", "tags contains nothing")]
    public async Task FiltersHaveAndOrNotAndAllKindsOfValues(string expected, params string[] filter)
    {
        await using RunningServer server = await Start();
        await server.PostForJson("/v1/indexes/notes/documents", new
        {
            documents = new object[]
            {
                new { key = "a.md", text = "sky", attributes = new { lang = "en", price = 1.5, @public = true } },
                new
                {
                    key = "b", text = "sea",
                    attributes = new { lang = "en", price = 2.5, @public = true, tags = new[] { "sea", "ships" } },
                },
                new { key = "c", text = "grass", attributes = new { lang = "de", price = 3.5, @public = false } },
            },
        });
        Assert.Equal(
            expected, string.Join(' ', (await Keys(server, new { query = "sky", filter, ranking = "dense" })).Order()));
    }

    [Theory]
    [InlineData("""{"documents":[]}""")]
    [InlineData("""{"documents":[{"key":"a"}]}""")]
    [InlineData("""{"documents":[{"key":"","text":"a"}]}""")]
    [InlineData("""{"documents":[{"key":"a","text":"a","passages":["a"]}]}""")]
    [InlineData("""{"documents":[{"key":"a","passages":[""]}]}""")]
    [InlineData("""{"documents":[{"key":"a","passages":["a"],"vectors":[[1]]}]}""")]
    [InlineData("""{"documents":[{"key":"a","text":"a"},{"key":"a","text":"b"}]}""")]
    [InlineData("""{"documents":[{"key":"a","text":"a","attributes":{"x y":1}}]}""")]
    [InlineData("""{"documents":[{"key":"a","text":"a","attributes":{"x":{"y":1}}}]}""")]
    [InlineData("""{"documents":[{"key":"a","text":"a","attributes":{"x":null}}]}""")]
    [InlineData("""{"documents":[{"key":"a","text":"a","attributes":{"x":["a",1]}}]}""")]
    [InlineData("""{"documents":[{"key":"a","text":"a","attributes":{"lang":5}}]}""")]
    public async Task DocumentsThatDoNotFitAreRefused(string body)
    {
        await using RunningServer server = await Start();
        await Fill(server);
        using HttpResponseMessage response = await server.Post("/v1/indexes/notes/documents", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        JsonElement facts = JsonDocument.Parse(await server.Client.GetStringAsync(
            "/v1/indexes/notes", TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(3, facts.GetProperty("documents").GetInt32());
    }

    [Fact]
    public async Task NumbersThatJsonDoesNotHaveAreTheirNames()
    {
        await using (RunningServer server = await Start())
            await Fill(server);
        using (VectorIndex writer = VectorIndex.Open(IndexFolder))
        {
            writer.Upsert(new IndexDocument
            {
                Key = "n",
                Vectors = default,
                Attributes = [
                    new("a", double.NaN), new("b", double.NegativeInfinity), new("c", [0.5, double.PositiveInfinity]),
                    new("d", 0.1)],
            });
            writer.Commit();
        }
        await using RunningServer again = await Start();
        using var found = JsonDocument.Parse(
            await again.Client.GetStringAsync("/v1/indexes/notes/documents/n", TestContext.Current.CancellationToken));
        Assert.Equal(
            """{"a":"NaN","b":"-Infinity","c":[0.5,"Infinity"],"d":0.1}""",
            found.RootElement.GetProperty("attributes").GetRawText());
    }

    [Fact]
    public async Task ASearchThatComesAfterTheEndIsRefused()
    {
        await using RunningServer server = await Start();
        await Fill(server);
        ServedIndex index = server.App.Services.GetRequiredService<IndexSet>().Find("notes");
        await index.DisposeAsync();
        Task<ApiException> late = Task.Run(() => Assert.Throws<ApiException>(() => index.Document("b")));
        ApiException refused = await late.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(503, refused.Status);
        await index.DisposeAsync(); // again, which is nothing
    }

    [Fact]
    public async Task AnIndexOpensAgainWithTheModelThatMadeItAndNoOther()
    {
        await using (RunningServer server = await Start())
            await Fill(server);
        await using (RunningServer other = await RunningServer.Start(
            "--model", "tiny", "--index", "notes=" + IndexFolder))
        {
            // Its own model is loaded beside the one that was named.
            Assert.Equal(2, other.Models.All.Count);
            Assert.Equal(["b"], await Keys(other, new { query = "ships", ranking = "bm25" }));
            Assert.Equal("b", (await Keys(other, new { query = "ships sail over the sea." }))[0]);
        }
        InvalidOperationException problem = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningServer.Start(
            "--model", model.Folder, "--precision", "int8", "--index", "notes=" + IndexFolder));
        Assert.Contains("precision", problem.InnerException!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatWasAcknowledgedIsThereAfterTheProcessWasKilled()
    {
        var acknowledged = new ConcurrentBag<string>();
        var random = new Random(20251130);
        for (int round = 0; round < 4; round++)
        {
            using ServerProcess server = await ServerProcess.Start(
                "--model", model.Folder, "--index", "notes=" + IndexFolder);
            using var killed = new CancellationTokenSource();
            int first = acknowledged.Count, number = round;
            Task[] clients = [.. Enumerable.Range(0, 4).Select(client => Task.Run(async () =>
            {
                for (int i = 0; !killed.IsCancellationRequested; i++)
                {
                    string key = $"{number}-{client}-{i}";
                    try
                    {
                        using HttpResponseMessage response = await server.Client.PostAsJsonAsync(
                            "/v1/indexes/notes/documents",
                            new { documents = new[] { new { key, passages = new[] { "hello world " + i } } } });
                        if (response.IsSuccessStatusCode)
                            acknowledged.Add(key);
                    }
                    catch (Exception problem) when (problem is HttpRequestException or OperationCanceledException)
                    {
                        return;
                    }
                }
            }))];
            var limit = DateTime.UtcNow.AddSeconds(30);
            while (acknowledged.Count < first + 20 && DateTime.UtcNow < limit)
                await Task.Delay(5, TestContext.Current.CancellationToken);
            await Task.Delay(random.Next(50), TestContext.Current.CancellationToken);
            server.Kill();
            await killed.CancelAsync();
            await Task.WhenAll(clients);
        }
        Assert.True(acknowledged.Count >= 80, $"only {acknowledged.Count} were acknowledged");
        using IndexReader reader = IndexReader.Open(IndexFolder);
        reader.Verify();
        Assert.All(acknowledged, key => Assert.True(reader.Contains(key), key + " is lost"));
    }
}
