using System.Net;
using System.Text;

namespace Sextant.Server.Tests;

/// <summary>Who may call tools over HTTP.</summary>
[Collection(ServerCollection.Name)]
public sealed class McpHttpTests(ServerFixture fixture)
{
    [Theory]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("http://localhost:5173", HttpStatusCode.OK)]
    [InlineData("http://127.0.0.1:8080", HttpStatusCode.OK)]
    [InlineData("https://elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("http://localhost.elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("null", HttpStatusCode.Forbidden)]
    public async Task PagesOfOtherSitesMayNot(string? origin, HttpStatusCode expected) =>
        Assert.Equal(expected, await Status(fixture.Server, "Origin", origin));

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer wrong", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer right", HttpStatusCode.OK)]
    public async Task AKeyIsAskedForWhereOneIsNeeded(string? key, HttpStatusCode expected)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "right\n", TestContext.Current.CancellationToken);
            await using RunningServer server = await RunningServer.Start("--model", "tiny", "--api-key-file", file);
            Assert.Equal(expected, await Status(server, "Authorization", key));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<HttpStatusCode> Status(RunningServer server, string header, string? value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/mcp")
        {
            Content = new StringContent(
                """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Accept", "application/json, text/event-stream");
        if (value is not null)
            request.Headers.TryAddWithoutValidation(header, value);
        using HttpResponseMessage response = await server.Client.SendAsync(
            request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
