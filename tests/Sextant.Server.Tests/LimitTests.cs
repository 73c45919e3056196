using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Sextant.Server.Tests;

/// <summary>Limits, keys, and the end of the server.</summary>
public sealed class LimitTests
{
    private const string Path = "/v1/embeddings";

    [Fact]
    public async Task LimitsOfARequestAreKept()
    {
        await using RunningServer server = await RunningServer.Start(
            "--model", "tiny", "--max-inputs", "3", "--max-tokens", "50", "--max-body-bytes", "2048");
        Assert.Equal(HttpStatusCode.OK, await Status(server, """{"input":["a","b","c"]}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await Status(server, """{"input":["a","b","c","d"]}"""));
        string words = string.Join(' ', Enumerable.Repeat("sky", 100));
        Assert.Equal(HttpStatusCode.BadRequest, await Status(server, JsonSerializer.Serialize(new { input = words })));
        string spaces = new(' ', 3000);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await Status(server, $$"""{"input":"a"{{spaces}}}"""));
        Assert.Equal(HttpStatusCode.OK, await Status(server, """{"input":"a"}"""));
    }

    [Fact]
    public async Task TooLongIsAnErrorWhereTheServerIsToldSo()
    {
        await using RunningServer server = await RunningServer.Start("--model", "tiny", "--truncate", "error");
        string words = string.Join(' ', Enumerable.Repeat("sky", 5000));
        using HttpResponseMessage response = await server.Post(Path, JsonSerializer.Serialize(new { input = words }));
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("context_length_exceeded", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeysAreAskedForAndComparedWhole()
    {
        string file = System.IO.Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "# keys\nfirst-key\n\n second-key \n", TestContext.Current.CancellationToken);
            await using RunningServer server = await RunningServer.Start("--model", "tiny", "--api-key-file", file);
            Assert.Equal(HttpStatusCode.Unauthorized, await Status(server, """{"input":"a"}"""));
            foreach ((string key, HttpStatusCode status) in new[]
            {
                ("first-key", HttpStatusCode.OK), ("second-key", HttpStatusCode.OK),
                ("first-ke", HttpStatusCode.Unauthorized), ("first-key2", HttpStatusCode.Unauthorized),
                ("# keys", HttpStatusCode.Unauthorized),
            })
            {
                server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
                Assert.Equal(status, await Status(server, """{"input":"a"}"""));
            }
            server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", "first-key");
            Assert.Equal(HttpStatusCode.Unauthorized, await Status(server, """{"input":"a"}"""));
            server.Client.DefaultRequestHeaders.Authorization = null;
            using HttpResponseMessage health = await server.Client.GetAsync(
                "/health", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task WhatIsInFlightEndsBeforeTheServerDoes()
    {
        RunningServer server = await RunningServer.Start("--model", "tiny");
        string[] texts = [.. Enumerable.Range(0, 2000).Select(i => $"text number {i} of a request that takes a while")];
        Task<HttpResponseMessage> request = server.Post(Path, JsonSerializer.Serialize(new { input = texts }));
        while (server.Models.All[0].Seen == 0)
            await Task.Delay(1, TestContext.Current.CancellationToken);
        Task stop = server.App.StopAsync(TestContext.Current.CancellationToken);
        using HttpResponseMessage response = await request;
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(texts.Length, JsonDocument.Parse(text).RootElement.GetProperty("data").GetArrayLength());
        await stop;
        await server.DisposeAsync();
    }

    [Fact]
    public async Task AFullQueueIsAnsweredWithRetryAfterAndTheRestIsServed()
    {
        await using RunningServer server = await RunningServer.Start("--model", "tiny", "--queue-tokens", "1");
        string body = JsonSerializer.Serialize(new { input = Enumerable.Repeat("ships sail over the sea", 200) });
        HttpResponseMessage[] responses = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(_ => server.Post(Path, body)));
        int served = 0;
        foreach (HttpResponseMessage response in responses)
        {
            using (response)
            {
                string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
                JsonElement answer = JsonDocument.Parse(text).RootElement;
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    served++;
                    Assert.Equal(200, answer.GetProperty("data").GetArrayLength());
                    continue;
                }
                Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
                Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
                Assert.Equal("rate_limit_exceeded", answer.GetProperty("error").GetProperty("code").GetString());
            }
        }
        Assert.InRange(served, 1, 39);
        Assert.Equal(HttpStatusCode.OK, await Status(server, """{"input":"a"}"""));
    }

    [Fact]
    public async Task AClientThatGoesFreesWhatWasNotComputed()
    {
        await using RunningServer server = await RunningServer.Start("--model", "tiny", "--batch-tokens", "256");
        string body = JsonSerializer.Serialize(new { input = Enumerable.Repeat("ships sail over the sea", 2000) });
        using var gone = new CancellationTokenSource();
        using var content = new StringContent(body, null, "application/json");
        Task<HttpResponseMessage> request = server.Client.PostAsync(Path, content, gone.Token);
        while (server.Models.All[0].WaitingTokens == 0)
            await Task.Delay(1, TestContext.Current.CancellationToken);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        for (int i = 0; i < 500 && server.Models.All[0].WaitingTokens > 0; i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.True(server.Models.All[0].WaitingTokens == 0, "what nobody waits for still waits");
        Assert.Equal(HttpStatusCode.OK, await Status(server, """{"input":"a"}"""));
    }

    private static async Task<HttpStatusCode> Status(RunningServer server, string body)
    {
        using HttpResponseMessage response = await server.Post(Path, body);
        return response.StatusCode;
    }
}
