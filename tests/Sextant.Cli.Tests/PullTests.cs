using System.Diagnostics;
using System.Security.Cryptography;
using Sextant.Hub;

namespace Sextant.Cli.Tests;

public sealed class PullTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-hub-").FullName;

    private string Cache => Path.Combine(_root, "hub");

    private string Model => Path.Combine(Cache, "models--org--name");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task AModelLandsInTheHubsCacheAsPythonPutsItThere()
    {
        using LocalHub hub = Serve();
        string folder = await ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken);
        Assert.Equal(Path.Combine(Model, "snapshots", LocalHub.Commit), folder);
        Assert.Equal(LocalHub.Commit, File.ReadAllText(Path.Combine(Model, "refs", "main")));
        foreach (string file in Directory.GetFiles(model.Folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(model.Folder, file));
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(copy));
            Assert.StartsWith("..", new FileInfo(copy).LinkTarget);
        }
        string blob = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(model.Folder, "model.safetensors"))));
        Assert.True(File.Exists(Path.Combine(Model, "blobs", blob)));
        Assert.False(File.Exists(Path.Combine(folder, "pytorch_model.bin")));
        Assert.False(Directory.Exists(Path.Combine(folder, "onnx")));
        Assert.DoesNotContain(
            Directory.GetFiles(Path.Combine(Model, "blobs")), file => file.Contains(".sextant") || file.Contains(".ranges"));
        using EmbeddingModel loaded = EmbeddingModel.Load(folder), original = EmbeddingModel.Load(model.Folder);
        Assert.Equal(original.Embed("the sea."), loaded.Embed("the sea."));
        // Again: nothing large is downloaded.
        long sent = hub.Sent;
        Assert.Equal(folder, await ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken));
        Assert.Equal(sent, hub.Sent);
    }

    [Fact]
    public async Task ACutConnectionGoesOnWhereItWas()
    {
        using LocalHub hub = Serve();
        hub.Cut = (1000, 3);
        await ModelHub.PullAsync("org/name", Options(hub) with { RangeBytes = 1 << 20 }, null, TestContext.Current.CancellationToken);
        Assert.Equal(0, hub.Cut.Times);
        Assert.Equal(Weights().Length, hub.Sent);
    }

    [Fact]
    public async Task AnEndedDownloadKeepsItsRanges()
    {
        using LocalHub hub = Serve();
        hub.Cut = (0, int.MaxValue); // nothing comes after the first ranges
        using var stop = new CancellationTokenSource();
        HubOptions options = Options(hub) with { RangeBytes = 1024, Connections = 1, MaxRetries = 2 };
        hub.Cut = (int.MaxValue, 0);
        var progress = new Once(() => hub.Sent >= 4096, () => hub.Cut = (0, int.MaxValue));
        await Assert.ThrowsAsync<HubException>(
            () => ModelHub.PullAsync("org/name", options, progress, TestContext.Current.CancellationToken));
        Assert.InRange(hub.Sent, 4096, Weights().Length - 1024);
        long before = hub.Sent;
        hub.Cut = (int.MaxValue, 0);
        await ModelHub.PullAsync("org/name", options, null, TestContext.Current.CancellationToken);
        Assert.InRange(hub.Sent - before, 1, Weights().Length - 3072);
    }

    [Fact]
    public async Task AServerWithoutRangesServesToo()
    {
        using var hub = new LocalHub { HasNoRanges = true };
        string folder = await ModelHub.PullAsync(
            "org/name", Options(Fill(hub)) with { RangeBytes = 4096 }, null, TestContext.Current.CancellationToken);
        Assert.Equal(Weights(), File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
    }

    [Fact]
    public async Task OtherBytesThanListedAreThrownAway()
    {
        using LocalHub hub = Serve();
        hub.IsWrong = true;
        HubException problem = await Assert.ThrowsAsync<HubException>(
            () => ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken));
        Assert.Contains("model.safetensors: what was downloaded has the hash", problem.Message);
        Assert.False(File.Exists(Path.Combine(Model, "refs", "main")));
        hub.IsWrong = false;
        await ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ATokenIsForTheHubAndNotForWhereItSends()
    {
        using var hub = new LocalHub { Token = "hf_secret" };
        Fill(hub);
        HubException problem = await Assert.ThrowsAsync<HubException>(
            () => ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken));
        Assert.Contains("set HF_TOKEN", problem.Message);
        hub.Requests.Clear();
        await ModelHub.PullAsync(
            "org/name", Options(hub) with { Token = "hf_secret" }, null, TestContext.Current.CancellationToken);
        Assert.All(hub.Requests, line => Assert.Equal(
            line.StartsWith("hub", StringComparison.Ordinal), line.EndsWith("Bearer hf_secret", StringComparison.Ordinal)));
        Assert.Contains(hub.Requests, line => line.StartsWith("storage", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatMayPassIsTriedAgain()
    {
        using LocalHub hub = Serve();
        foreach (string refusal in (string[])["429 Too Many Requests\r\nRetry-After: 0", "503 Busy", "500 Wrong"])
            hub.Refusals.Enqueue(refusal);
        await ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken);
        hub.Refusals.Enqueue("429 Too Many Requests\r\nRetry-After: 9999");
        HubException problem = await Assert.ThrowsAsync<HubException>(
            () => ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken));
        Assert.Contains("come back in 9999 s", problem.Message);
    }

    [Theory]
    [InlineData("404 Not Found", "has no such model, revision or file (404)")]
    [InlineData("403 Forbidden", "set HF_TOKEN")]
    [InlineData("400 Bad Request", "answers 400")]
    [InlineData("302 Found\r\nLocation: ftp://elsewhere/", "sent on to ftp://")]
    public async Task WhatDoesNotPassIsSaidOnce(string refusal, string expected)
    {
        using LocalHub hub = Serve();
        hub.Refusals.Enqueue(refusal);
        HubException problem = await Assert.ThrowsAsync<HubException>(
            () => ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken));
        Assert.Contains(expected, problem.Message);
        Assert.StartsWith("org/name: ", problem.Message);
    }

    [Fact]
    public async Task ListsThatLeadElsewhereOrToNothingAreRefused()
    {
        using LocalHub hub = Serve();
        hub.Add("../../evil.json", [1]); // not asked for
        await ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken);
        hub.Add("c:evil.json", [1]);
        await Refused("is no path of a file");
        using var empty = new LocalHub();
        empty.Add("pytorch_model.bin", [1]);
        HubException problem = await Assert.ThrowsAsync<HubException>(
            () => ModelHub.PullAsync("org/name", Options(empty), null, TestContext.Current.CancellationToken));
        Assert.Contains("no .safetensors file, only pytorch_model.bin", problem.Message);
        foreach (string name in (string[])["name", "org/name@", "../x/y", "org/..", "org/name@a..b", "a b/c"])
        {
            await Assert.ThrowsAsync<ArgumentException>(
                () => ModelHub.PullAsync(name, Options(hub), null, TestContext.Current.CancellationToken));
        }
        Assert.False(File.Exists(Path.Combine(_root, "evil.json")));

        async Task Refused(string expected)
        {
            HubException refused = await Assert.ThrowsAsync<HubException>(
                () => ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken));
            Assert.Contains(expected, refused.Message);
        }
    }

    [Fact]
    public async Task OfflineOnlyTheCacheIsAsked()
    {
        using LocalHub hub = Serve();
        HubOptions offline = Options(hub) with { IsOffline = true };
        HubException problem = await Assert.ThrowsAsync<HubException>(
            () => ModelHub.PullAsync("org/name", offline, null, TestContext.Current.CancellationToken));
        Assert.Contains("HF_HUB_OFFLINE", problem.Message);
        Assert.Empty(hub.Requests);
        string folder = await ModelHub.PullAsync("org/name", Options(hub), null, TestContext.Current.CancellationToken);
        hub.Requests.Clear();
        Assert.Equal(folder, await ModelHub.PullAsync("org/name", offline, null, TestContext.Current.CancellationToken));
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task TwoProcessesAtOnceDownloadItOnce()
    {
        using LocalHub hub = Serve();
        Process[] processes = [Start(hub, "pull", "org/name"), Start(hub, "pull", "org/name")];
        foreach (Process process in processes)
        {
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, error);
            Assert.Equal(Path.Combine(Model, "snapshots", LocalHub.Commit) + "\n", output);
            process.Dispose();
        }
        Assert.Equal(Weights().Length, hub.Sent);
        using Process embed = Start(hub, "embed", "--model", "org/name", "the sea.");
        string vector = await embed.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(CommandLine.Run("embed", "--model", model.Folder, "the sea.").Output, vector);
        using Process models = Start(hub, "models");
        string list = await models.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("org/name\t", list);
        Assert.Contains("\tbert\tapache-2.0\t", list);
    }

    [Fact]
    public void AModelThatIsNotHereNamesTheCommandThatGetsIt()
    {
        Outcome outcome = CommandLine.Run("embed", "--model", "nobody/has-this", "text");
        Assert.Equal(1, outcome.Exit);
        Assert.Contains("'sextant pull nobody/has-this' downloads it", outcome.ErrorLine);
    }

    private Process Start(LocalHub hub, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(typeof(Tool).Assembly.Location);
        foreach (string arg in args)
            start.ArgumentList.Add(arg);
        start.Environment["HF_ENDPOINT"] = hub.Address.ToString();
        start.Environment["HF_HOME"] = _root;
        start.Environment["NO_PROXY"] = "*";
        start.Environment.Remove("HF_HUB_CACHE");
        start.Environment.Remove("HF_TOKEN");
        start.Environment.Remove("HF_HUB_OFFLINE");
        return Process.Start(start)!;
    }

    private byte[] Weights() => File.ReadAllBytes(Path.Combine(model.Folder, "model.safetensors"));

    private LocalHub Serve() => Fill(new LocalHub());

    private LocalHub Fill(LocalHub hub)
    {
        foreach (string file in Directory.GetFiles(model.Folder, "*", SearchOption.AllDirectories))
            hub.Add(Path.GetRelativePath(model.Folder, file).Replace('\\', '/'), File.ReadAllBytes(file));
        hub.Add("README.md", "---\nlicense: apache-2.0\n---\n# A model\n"u8.ToArray());
        hub.Add("pytorch_model.bin", [1, 2, 3]);
        hub.Add("onnx/model.onnx", [1, 2, 3]);
        return hub;
    }

    private HubOptions Options(LocalHub hub) => new()
    {
        Endpoint = hub.Address,
        Token = null,
        IsOffline = false,
        CacheFolder = Cache,
        FirstPause = TimeSpan.FromMilliseconds(1),
    };

    private sealed class Once(Func<bool> when, Action act) : IProgress<PullProgress>
    {
        public void Report(PullProgress value)
        {
            if (when())
                act();
        }
    }
}
