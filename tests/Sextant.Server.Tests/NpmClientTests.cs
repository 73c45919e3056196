using System.Globalization;
using Sextant.Cli.Tests;

namespace Sextant.Server.Tests;

/// <summary>
/// The clients of Node.js, where npm can install them: openai, @huggingface/inference, cohere-ai, and the client of the
/// Model Context Protocol.
/// </summary>
public sealed class NpmClientTests(NodeClients clients) : IClassFixture<NodeClients>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sextant-npm-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task ClientsOfNodeGetTheLibrarysBits()
    {
        using var ranker = new TinyRanker();
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        await using RunningServer server = await RunningServer.Start("--model", "tiny", "--model", ranker.Folder);
        string text = await clients.Run("check.mjs", server.Url, "tiny", ranker.Folder, Expected(model));
        Assert.Equal(3, text.Split('\n').Count(line => line.EndsWith(": passed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task TheProtocolsClientCallsTheServersTools()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        await using RunningServer server = await RunningServer.Start(
            "--model", "tiny", "--index", "notes=" + Path.Combine(_folder, "index"));
        await server.PostForJson("/v1/indexes/notes/documents", new
        {
            documents = new[]
            {
                new { key = "sky", text = "the sky is blue." },
                new { key = "sea/ships & more", text = "ships sail over the sea." },
                new { key = "food", text = "Boil the rice until it is soft." },
            },
        });
        string text = await clients.Run("mcp.mjs", "http", Expected(model), server.Url);
        Assert.Contains("mcp over http: passed", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheProtocolsClientCallsTheToolsOfTheTool()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        string notes = Directory.CreateDirectory(Path.Combine(_folder, "notes")).FullName;
        File.WriteAllText(Path.Combine(notes, "sky.md"), "the sky is blue.");
        File.WriteAllText(Path.Combine(notes, "sea.md"), "ships sail over the sea.");
        File.WriteAllText(Path.Combine(notes, "food.md"), "Boil the rice until it is soft.");
        string text = await clients.Run(
            "mcp.mjs", "stdio", Expected(model), "dotnet", McpStdioTests.Tool, "mcp", "--in", notes, "--model", "tiny",
            "--no-cache");
        Assert.Contains("mcp over stdio: passed", text, StringComparison.Ordinal);
    }

    private string Expected(EmbeddingModel model)
    {
        string file = Path.Combine(_folder, "expected.jsonl");
        File.WriteAllLines(file, new[] { "The sky is blue.", "Ships sail over the sea." }.Select(text => "["
            + string.Join(',', model.Embed(text).Select(one => one.ToString("R", CultureInfo.InvariantCulture))) + "]"));
        return file;
    }
}
