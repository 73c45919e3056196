using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Sextant.Cli.Tests;

namespace Sextant.Server.Tests;

/// <summary>HTTP/2 without TLS, and traces to a collector: a server in its own process, set up by its environment.</summary>
public sealed class ProtocolTests(TinyModel model) : IClassFixture<TinyModel>
{
    [Fact]
    public async Task Http2WithoutTlsAnswersManyRequestsOfOneConnection()
    {
        using ServerProcess server = await ServerProcess.StartWith(
            new Dictionary<string, string>
            {
                ["Kestrel__Endpoints__h2c__Url"] = "http://127.0.0.1:0",
                ["Kestrel__Endpoints__h2c__Protocols"] = "Http2",
            },
            HttpVersion.Version20, "--model", model.Folder);
        using EmbeddingModel library = EmbeddingModel.Load(model.Folder);
        float[] expected = library.Embed("the sky is blue");
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            using HttpResponseMessage response = await server.Client.PostAsJsonAsync(
                "/v1/embeddings", new { input = "the sky is blue" });
            Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (response.StatusCode, response.Version));
            JsonElement found = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(
                expected,
                found.GetProperty("data")[0].GetProperty("embedding").EnumerateArray().Select(one => one.GetSingle()));
        }));
        // An error has its status there too.
        using HttpResponseMessage refused = await server.Client.PostAsJsonAsync("/v1/embeddings", new { input = 5 });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task TracesGoToACollector()
    {
        var bodies = new ConcurrentQueue<byte[]>();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication collector = builder.Build();
        collector.MapPost("/v1/traces", async (HttpContext context) =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            bodies.Enqueue(body.ToArray());
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        using ServerProcess server = await ServerProcess.StartWith(
            new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
            },
            HttpVersion.Version11, "--model", model.Folder);
        byte[] trace = Convert.FromHexString("0af7651916cd43dd8448eb211c80319c");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings")
        {
            Content = JsonContent.Create(new { input = "the sky is blue" }),
        };
        request.Headers.Add("traceparent", $"00-{Convert.ToHexStringLower(trace)}-00f067aa0ba902b7-01");
        using HttpResponseMessage response = await server.Client.SendAsync(
            request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();

        // Of the request and of the computation in it, in the caller's trace.
        byte[][] wanted =
        [
            trace, .. new[] { "sextant-server", "POST /v1/embeddings", "compute", "sextant.tokens", model.Folder }
                .Select(Encoding.UTF8.GetBytes),
        ];
        var limit = DateTime.UtcNow.AddSeconds(30);
        byte[]? found = null;
        while (found is null && DateTime.UtcNow < limit)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            byte[] all = [.. bodies.SelectMany(one => one)];
            found = Array.TrueForAll(wanted, one => all.AsSpan().IndexOf(one) >= 0) ? all : null;
        }
        Assert.True(found is not null, $"{bodies.Count} bodies came, none with all of the request's spans");
        Assert.True(found.AsSpan().IndexOf("the sky is blue"u8) < 0, "a text of a request is in its trace");
    }
}
