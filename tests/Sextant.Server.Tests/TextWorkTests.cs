using System.Net;
using System.Text.Json;
using Sextant.Server.Http;
using Sextant.Server.Models;

namespace Sextant.Server.Tests;

/// <summary>Routes that compute tokens and states are bounded as the others are.</summary>
public sealed class TextWorkTests
{
    [Fact]
    public async Task AsMuchWaitsAsMayAndTheRestIsRefused()
    {
        using var work = new TextWork(atOnce: 2, mayWait: 3);
        using var go = new SemaphoreSlim(0);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<int>[] some = [.. Enumerable.Range(0, 2).Select(i => Task.Factory.StartNew(
            () => work.Run(
                stop =>
                {
                    go.Wait(stop);
                    return i;
                },
                cancellation).GetAwaiter().GetResult(),
            cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        // Both turns are taken as soon as the third has to wait.
        Task<int> third;
        using var gone = new CancellationTokenSource();
        while ((third = work.Run(_ => 2, gone.Token)).IsCompleted)
            await Task.Delay(1, cancellation);
        Task<int>[] more = [work.Run(_ => 3, cancellation), work.Run(_ => 4, cancellation)];
        ApiException problem = await Assert.ThrowsAsync<ApiException>(() => work.Run(_ => 5, cancellation));
        Assert.Equal((429, 1), (problem.Status, problem.RetryAfter));
        // Who goes makes room.
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Task<int> sixth = work.Run(_ => 6, cancellation);
        go.Release(2);
        int[] first = await Task.WhenAll(some), second = await Task.WhenAll(more);
        Assert.Equal([0, 1, 3, 4], [.. first, .. second]);
        Assert.Equal(6, await sixth);
    }

    [Fact]
    public async Task TokensOfARequestAreLimited()
    {
        await using RunningServer server = await RunningServer.Start(
            "--model", "tiny", "--max-inputs", "3", "--max-tokens", "50");
        string words = string.Join(' ', Enumerable.Repeat("sky", 100));
        Assert.Equal(HttpStatusCode.OK, await Status(server, "/tokenize", new { inputs = "the sky" }));
        Assert.Equal(HttpStatusCode.BadRequest, await Status(server, "/tokenize", new { inputs = words }));
        Assert.Equal(
            HttpStatusCode.BadRequest, await Status(server, "/tokenize", new { inputs = new[] { "a", "b", "c", "d" } }));
        Assert.Equal(HttpStatusCode.OK, await Status(server, "/decode", new { ids = new[] { 5, 6 } }));
        Assert.Equal(
            HttpStatusCode.BadRequest, await Status(server, "/decode", new { ids = Enumerable.Repeat(5, 51) }));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await Status(server, "/decode", new { ids = Enumerable.Repeat(new[] { 5 }, 4) }));
    }

    [Fact]
    public async Task StatesWaitInAQueueThatRefuses()
    {
        await using RunningServer server = await RunningServer.Start(
            "--model", "tiny", "--queue-tokens", "3000", "--batch-tokens", "1000");
        object large = new { inputs = Enumerable.Repeat(string.Join(' ', Enumerable.Repeat("sky", 100)), 200) };
        HttpStatusCode[] all = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Status(server, "/embed_all", large)));
        Assert.Contains(HttpStatusCode.OK, all);
        Assert.Contains(HttpStatusCode.TooManyRequests, all);
        Assert.All(all, one => Assert.True(one is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, $"{one}"));
        // All states of every piece are in an answer that came.
        JsonElement whole = await server.PostForJson("/embed_all", large);
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        EncodedInput input = model.Encode([string.Join(' ', Enumerable.Repeat("sky", 100))], Prompt.Default,
            Truncation.Right, TestContext.Current.CancellationToken)[0];
        float[] expected = new float[input.Ids.Length * model.Card.HiddenSize];
        model.HiddenStates(new TokenSequence(input.Ids, input.TypeIds), model.LastLayer, expected);
        Assert.Equal(200, whole.GetArrayLength());
        foreach (int i in new[] { 0, 99, 199 })
        {
            Assert.Equal(
                expected,
                whole[i].EnumerateArray().SelectMany(one => one.EnumerateArray()).Select(one => one.GetSingle()));
        }
    }

    private static async Task<HttpStatusCode> Status(RunningServer server, string path, object body)
    {
        using HttpResponseMessage response = await server.Post(path, JsonSerializer.Serialize(body));
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
