using System.Net;
using System.Text.Json;
using Sextant.Server.Routes;

namespace Sextant.Server.Tests;

/// <summary>POST /v1/embeddings as it stands on the wire.</summary>
[Collection(ServerCollection.Name)]
public sealed class OpenAiRouteTests(ServerFixture fixture)
{
    private const string Path = "/v1/embeddings";

    [Fact]
    public async Task NumbersReadBackAsTheSameBits()
    {
        JsonElement found = await fixture.Server.PostForJson(Path, new { input = "The sky is blue.", model = "tiny" });
        JsonElement entry = Assert.Single(found.GetProperty("data").EnumerateArray());
        float[] vector = [.. entry.GetProperty("embedding").EnumerateArray().Select(one => one.GetSingle())];
        Assert.Equal(fixture.Model.Embed("The sky is blue."), vector);
        Assert.Equal("list", found.GetProperty("object").GetString());
        Assert.Equal("embedding", entry.GetProperty("object").GetString());
    }

    [Theory]
    [InlineData("""{"input":"a b"}""", 1)]
    [InlineData("""{"input":["a b"]}""", 1)]
    [InlineData("""{"input":["a b","c"],"user":"someone"}""", 2)]
    [InlineData("""{"input":[4,5,6]}""", 1)]
    [InlineData("""{"input":[[4,5,6],[7],[8,9]]}""", 3)]
    public async Task EveryFormOfInputIsTaken(string body, int count)
    {
        using HttpResponseMessage response = await fixture.Server.Post(Path, body);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(count, JsonDocument.Parse(text).RootElement.GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("""{}""", 400, null)]
    [InlineData("""{"input":[]}""", 400, "input")]
    [InlineData("""{"input":""}""", 400, "input")]
    [InlineData("""{"input":["a",""]}""", 400, "input")]
    [InlineData("""{"input":["a",5]}""", 400, "input")]
    [InlineData("""{"input":[5,"a"]}""", 400, "input")]
    [InlineData("""{"input":[1.5]}""", 400, "input")]
    [InlineData("""{"input":[-1]}""", 400, "input")]
    [InlineData("""{"input":[99999999]}""", 400, null)]
    [InlineData("""{"input":[[]]}""", 400, null)]
    [InlineData("""{"input":null}""", 400, "input")]
    [InlineData("""{"input":"a","dimensions":0}""", 400, "dimensions")]
    [InlineData("""{"input":"a","dimensions":"8"}""", 400, "dimensions")]
    [InlineData("""{"input":"a","encoding_format":"f16"}""", 400, "encoding_format")]
    [InlineData("""{"input":"a","inputs":"a"}""", 400, "inputs")]
    [InlineData("""{"input":"a","prompt_name":"nope"}""", 400, "prompt_name")]
    [InlineData("""{"input":"a","model":"nope"}""", 404, "model")]
    [InlineData("""{"input":"a","input":"a"}""", 400, "input")]
    [InlineData("""{"input":"a"} x""", 400, null)]
    public async Task WhatIsNotAcceptedSaysWhere(string body, int status, string? parameter)
    {
        using HttpResponseMessage response = await fixture.Server.Post(Path, body);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
        JsonElement error = JsonDocument.Parse(text).RootElement.GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal(parameter, error.GetProperty("param").GetString());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.DoesNotContain("Sextant.Server", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherBodiesAndMethodsAreRefusedByStatus()
    {
        using HttpResponseMessage form = await fixture.Server.Client.PostAsync(
            Path, new StringContent("input=a", null, "application/x-www-form-urlencoded"),
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
        using HttpResponseMessage get = await fixture.Server.Client.GetAsync(
            Path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        using HttpResponseMessage unknown = await fixture.Server.Post("/v1/nothing", "{}");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task HeadersSayWhatTheModelDidNotSee()
    {
        string longText = string.Join(' ', Enumerable.Repeat("sky", 2000));
        using HttpResponseMessage cut = await fixture.Server.Post(
            Path, JsonSerializer.Serialize(new { input = new[] { "sky", longText } }));
        var report = new TextReport[1];
        fixture.Model.Embed([longText], new float[fixture.Model.Dimensions], report);
        Assert.True(report[0].Truncated > 0);
        Assert.Equal(
            report[0].Truncated.ToString(System.Globalization.CultureInfo.InvariantCulture),
            Assert.Single(cut.Headers.GetValues(ReportHeaders.Truncated)));
        Assert.Equal("1", Assert.Single(cut.Headers.GetValues(ReportHeaders.TruncatedInputs)));
        using HttpResponseMessage whole = await fixture.Server.Post(Path, """{"input":"sky"}""");
        Assert.False(whole.Headers.Contains(ReportHeaders.Truncated));
    }

    [Fact]
    public async Task HealthTellsLifeFromReadiness()
    {
        foreach (string path in new[] { "/health", "/health/live", "/health/ready" })
        {
            using HttpResponseMessage response = await fixture.Server.Client.GetAsync(
                path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        await using RunningServer other = await RunningServer.Start("--model", "tiny");
        other.Models.IsReady = false;
        using HttpResponseMessage live = await other.Client.GetAsync(
            "/health/live", TestContext.Current.CancellationToken);
        using HttpResponseMessage ready = await other.Client.GetAsync(
            "/health/ready", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (live.StatusCode, ready.StatusCode));
    }
}
