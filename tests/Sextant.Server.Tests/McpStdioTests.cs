using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sextant.Cli.Tests;

namespace Sextant.Server.Tests;

/// <summary><c>sextant mcp</c> as a process: what is on its streams, and what it lets a client read.</summary>
public sealed class McpStdioTests : IDisposable
{
    /// <summary>The tool that this build made.</summary>
    public static readonly string Tool = Path.Combine(
        Checkout.Root, "src", "Sextant.Cli", "bin", Configuration, "net10.0", "Sextant.Cli.dll");

    private static readonly string s_sources = Path.Combine(Checkout.Root, "src", "Sextant.Mcp");

    private readonly string _folder = Directory.CreateTempSubdirectory("sextant-mcp-").FullName;
    private readonly string _notes;

    public McpStdioTests()
    {
        _notes = Directory.CreateDirectory(Path.Combine(_folder, "notes")).FullName;
        File.WriteAllText(Path.Combine(_notes, "sky.md"), "the sky is blue.");
        File.WriteAllText(Path.Combine(_notes, ".hidden.md"), "the sky is a secret.");
        File.WriteAllText(Path.Combine(_folder, "secret.md"), "the sky is a secret.");
        File.CreateSymbolicLink(Path.Combine(_notes, "link.md"), Path.Combine(_folder, "secret.md"));
        Directory.CreateSymbolicLink(Path.Combine(_notes, "up"), _folder);
    }

    private static string Configuration =>
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name; // bin/Release/net10.0

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task OnlyWhatIsNamedIsRead()
    {
        string[] paths = ["..", "../secret.md", "link.md", "up", "up/secret.md", ".hidden.md", "SKY.md", _notes];
        string[] uris =
        [
            "sextant://notes/link.md?span=0-20", "sextant://notes/up%2Fsecret.md?span=0-20",
            "sextant://notes/.hidden.md?span=0-20", "sextant://notes/..%2Fsecret.md?span=0-20",
            "sextant://notes/sky.md?span=1-16", "file://" + _folder + "/secret.md",
        ];
        (int code, List<JsonElement> answers, string error) = await Run(
            [
                .. paths.Select(path => Call("search", new { query = "sky", path })),
                Call("search", new { query = "sky" }),
                .. uris.Select(uri => ("resources/read", (object)new { uri })),
            ],
            "mcp", "--in", _notes, "--model", "tiny", "--no-cache");
        Assert.True(code == 0, error);
        for (int i = 0; i < paths.Length; i++)
            Assert.True(answers[i].GetProperty("result").GetProperty("isError").GetBoolean(), paths[i]);
        JsonElement hit = Assert.Single(
            answers[paths.Length].GetProperty("result").GetProperty("structuredContent").GetProperty("hits")
                .EnumerateArray());
        Assert.Equal("sky.md", hit.GetProperty("document").GetString());
        Assert.Equal("sextant://notes/sky.md?span=0-16", hit.GetProperty("uri").GetString());
        for (int i = 0; i < uris.Length; i++)
            Assert.True(answers[paths.Length + 1 + i].TryGetProperty("error", out _), uris[i]);
        Assert.DoesNotContain("is a secret", JsonSerializer.Serialize(answers), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HitsAreThoseOfSearch()
    {
        (_, List<JsonElement> answers, string error) = await Run(
            [Call("search", new { query = "which paths are refused?", k = 3 })],
            "mcp", "--in", "docs=" + s_sources, "--model", "tiny", "--no-cache");
        var found = answers[0].GetProperty("result").GetProperty("structuredContent").GetProperty("hits")
            .EnumerateArray().Select(one => (
                one.GetProperty("text").GetString(), one.GetProperty("score").GetSingle())).ToList();
        Assert.True(found.Count == 3, error);
        var start = new ProcessStartInfo("dotnet", [
            Tool, "search", "--in", s_sources, "--model", "tiny", "--no-cache", "-k", "3",
            "--format", "json", "which paths are refused?"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process search = Process.Start(start)!;
        _ = search.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        using var printed = JsonDocument.Parse(
            await search.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            printed.RootElement.EnumerateArray().Select(one => (
                one.GetProperty("text").GetString(), one.GetProperty("score").GetSingle())),
            found);
    }

    [Fact]
    public async Task AnIndexIsSearchedUnderItsName()
    {
        string index = Path.Combine(_folder, "notes.idx");
        (int code, _, string error) = await Run(
            [], "index", "--output", index, "--model", "tiny", _notes);
        Assert.True(code == 0, error);
        (code, List<JsonElement> answers, error) = await Run(
            [
                Call("search", new { query = "sky", source = "handbook" }),
                Call("search", new { query = "sky", source = "handbook", filter = new[] { "extension=txt" } }),
                Call("search", new { query = "sky", source = "handbook", filter = new[] { "nonsense" } }),
                Call("search", new { query = "sky", source = "handbook", path = "sky.md" }),
                Call("search", new { query = "sky" }),
            ],
            "mcp", "--index", "handbook=" + index, "--in", _notes, "--model", "tiny", "--no-cache");
        Assert.True(code == 0, error);
        Assert.Equal([1, 0], answers.Take(2).Select(one => one.GetProperty("result").GetProperty("structuredContent")
            .GetProperty("hits").GetArrayLength()));
        Assert.All(
            answers.Skip(2), one => Assert.True(one.GetProperty("result").GetProperty("isError").GetBoolean()));
    }

    [Fact]
    public async Task WhatIsNoMessageEndsNothingAndALineWithoutEndEndsAll()
    {
        using Process process = Start("mcp", "--in", _notes, "--model", "tiny", "--no-cache");
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteLineAsync("this is no JSON");
        await process.StandardInput.WriteLineAsync("[1,2");
        await process.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        string? answer;
        do
        {
            answer = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        }
        while (answer is not null && !answer.Contains("\"id\":1", StringComparison.Ordinal));
        Assert.NotNull(answer);
        string block = new('a', 1 << 20);
        try
        {
            for (int i = 0; i < 64; i++)
                await process.StandardInput.WriteAsync(block);
        }
        catch (IOException)
        {
            // it has ended meanwhile
        }
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, process.ExitCode);
        Assert.Contains("a message is longer than", await error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatWasAskedForIsAnsweredAfterTheInputHasEnded()
    {
        string[] texts = [.. Enumerable.Range(0, 60).Select(i => $"the sky is blue {i}")];
        (int code, List<JsonElement> answers, string error) = await Run(
            [
                .. Enumerable.Range(0, 6).Select(_ => Call("embed", new { texts })),
                Call("search", new { query = "sky" }), Call("nothing", new { }),
            ],
            true, "mcp", "--in", _notes, "--model", "tiny", "--no-cache");
        Assert.True(code == 0, error);
        Assert.All(answers.Take(6), one => Assert.Equal(60, one.GetProperty("result").GetProperty(
            "structuredContent").GetProperty("vectors").GetArrayLength()));
        Assert.Equal(1, answers[6].GetProperty("result").GetProperty("structuredContent").GetProperty("hits")
            .GetArrayLength());
        Assert.True(answers[7].TryGetProperty("error", out _));
    }

    private static (string Method, object Parameters) Call(string name, object arguments) =>
        ("tools/call", new { name, arguments });

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [Tool, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardInputEncoding = new UTF8Encoding(false),
        StandardOutputEncoding = Encoding.UTF8,
    })!;

    // Every line of standard output is an answer; they come in any order. Streams of processes hold threads of the
    // pool, which has as many as there are processors: this waits on threads of its own.
    private static Task<(int Code, List<JsonElement> Answers, string Error)> Run(
        IReadOnlyList<(string Method, object Parameters)> requests, params string[] arguments) =>
        Run(requests, false, arguments);

    private static Task<(int Code, List<JsonElement> Answers, string Error)> Run(
        IReadOnlyList<(string Method, object Parameters)> requests, bool endsAtOnce, params string[] arguments) =>
        Task.Factory.StartNew(
            () => RunHere(requests, endsAtOnce, arguments), TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static (int Code, List<JsonElement> Answers, string Error) RunHere(
        IReadOnlyList<(string Method, object Parameters)> requests, bool endsAtOnce, string[] arguments)
    {
        using Process process = Start(arguments);
        string error = "";
        var errors = new Thread(() => error = process.StandardError.ReadToEnd());
        errors.Start();
        var answers = new JsonElement[requests.Count];
        if (requests.Count > 0)
        {
            Send(process, -1, "initialize", new
            {
                protocolVersion = "2025-06-18",
                capabilities = new { },
                clientInfo = new { name = "test", version = "1" },
            });
            process.StandardInput.WriteLine("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
            for (int i = 0; i < requests.Count; i++)
                Send(process, i, requests[i].Method, requests[i].Parameters);
            if (endsAtOnce)
                process.StandardInput.Close();
            for (int count = 0; count < requests.Count + 1; count++)
            {
                if (process.StandardOutput.ReadLine() is not { } line)
                {
                    errors.Join();
                    throw new InvalidOperationException($"the output has ended: {error}");
                }
                JsonElement answer = JsonDocument.Parse(line).RootElement;
                if (answer.GetProperty("id").GetInt32() is >= 0 and int id)
                    answers[id] = answer;
            }
        }
        process.StandardInput.Close();
        string rest = process.StandardOutput.ReadToEnd();
        Assert.True(requests.Count == 0 || rest.Length == 0, rest);
        process.WaitForExit();
        errors.Join();
        return (process.ExitCode, [.. answers], error);
    }

    private static void Send(Process process, int id, string method, object parameters) =>
        process.StandardInput.WriteLine(
            JsonSerializer.Serialize(new { jsonrpc = "2.0", id, method, @params = parameters }));
}
