using System.Diagnostics;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Sextant.Samples.Tests;

/// <summary>Every sample, and the C# of README.md, runs and prints what it promises.</summary>
public sealed class SampleTests
{
    private static readonly string s_root = Root();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ComparePutsTheAnswerAboveTheRest()
    {
        string[] lines = Lines(await Run("Compare"));
        Assert.Equal(2, lines.Length);
        Assert.True(Number(lines[0]) > Number(lines[1]), string.Join('\n', lines));
        Assert.EndsWith("Boil the rice until it is soft.", lines[0]);
    }

    [Fact]
    public async Task SearchFolderFindsTheFile()
    {
        string folder = Directory.CreateTempSubdirectory("sextant-sample-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a.txt"), "Parliament passed the budget.");
            File.WriteAllText(Path.Combine(folder, "b.txt"), "\n\nBoil the rice until it is soft.");
            string[] lines = Lines(await Run("SearchFolder", folder, "How do I cook rice?"));
            Assert.Equal(2, lines.Length);
            Assert.EndsWith($"{Path.Combine(folder, "b.txt")}:3", lines[0]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task RerankOrdersByTheLogitsOfTheReference()
    {
        string ranker = Case("N05"), splade = Case("M02");
        JsonElement expected = Json(Path.Combine(ranker, "expected.json"));
        string[] documents = [.. expected.GetProperty("docs").EnumerateArray().Select(one => one.GetString()!)];
        string[] lines = Lines(
            await Run("Rerank", [ranker, splade, expected.GetProperty("query").GetString()!, .. documents]));
        int[] order = [.. expected.GetProperty("order").EnumerateArray().Select(one => one.GetInt32())];
        Assert.Equal(
            order.Select(one => documents[one]),
            lines[..order.Length].Select(line => line[(line.IndexOf(' ') + 2)..]));
        double[] weights = [.. lines[order.Length..].Select(Number)];
        Assert.InRange(weights.Length, 1, 5);
        Assert.Equal(weights.OrderDescending(), weights);
    }

    [Fact]
    public async Task ExtensionsAIIsAnsweredByTheCacheTheSecondTime()
    {
        string output = await Run("ExtensionsAI");
        string[] rounds = [.. Lines(output).Where(line => line.StartsWith("round ", StringComparison.Ordinal))];
        Assert.Equal(2, rounds.Length);
        Assert.Equal(rounds[0].Split(": ")[1], rounds[1].Split(": ")[1]);
        // A query and a document, once each.
        Assert.Equal(2, output.Split("Activity.TraceId").Length - 1);
    }

    [Fact]
    public async Task VectorStoreFindsTheNoteThatItKeptInTheFolder()
    {
        string folder = Directory.CreateTempSubdirectory("sextant-sample-").FullName;
        try
        {
            string[] first = Lines(await Run("VectorStore", folder)), second = Lines(await Run("VectorStore", folder));
            Assert.Equal($"made {folder}", first[0]);
            Assert.EndsWith(" Boil the rice until it is soft.", first[1]);
            Assert.EndsWith(" The bank raised its interest rates.", first[2]);
            Assert.Equal(first[1..], second); // a process later, nothing is made again
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task ReadmesCodeRuns() =>
        Assert.Contains("Boil the rice until it is soft. (", await Run("Readme"), StringComparison.Ordinal);

    [Fact]
    public async Task WebAnswersWithVectors()
    {
        using Process process = Start("Web", ["--urls", "http://127.0.0.1:0"]);
        try
        {
            string address = await AddressOf(process);
            using var client = new HttpClient { BaseAddress = new Uri(address) };
            var request = new { texts = (string[])["Boil the rice.", "Boil the rice.", ""] };
            HttpResponseMessage answer = await client.PostAsJsonAsync("/embed", request, Stop);
            answer.EnsureSuccessStatusCode();
            JsonElement vectors = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
            Assert.Equal(3, vectors.GetArrayLength());
            Assert.Equal(
                vectors[0].GetProperty("vector").GetRawText(), vectors[1].GetProperty("vector").GetRawText());
            Assert.True(vectors[0].GetProperty("tokens").GetInt32() > 3);
            HttpResponseMessage wrong = await client.PostAsJsonAsync("/embed", new { texts = (string?)null }, Stop);
            Assert.Equal(System.Net.HttpStatusCode.BadRequest, wrong.StatusCode);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task ClientGetsVectorsAndHitsFromTheServer()
    {
        string folder = Directory.CreateTempSubdirectory("sextant-sample-").FullName;
        using Process process = StartProgram(
            Path.Combine(s_root, "src", "Sextant.Server", "bin", BuildFolder, "net10.0", "sextant-server.dll"),
            ["--model", "tiny", "--index", "notes=" + Path.Combine(folder, "notes"), "--urls", "http://127.0.0.1:0"],
            readsError: false);
        try
        {
            string address = await AddressOf(process);
            using (var client = new HttpClient { BaseAddress = new Uri(address) })
            {
                while (!(await client.GetAsync("/health/ready", Stop)).IsSuccessStatusCode)
                    await Task.Delay(50, Stop);
            }
            string[] lines = Lines(await Run("Client", address, "notes"));
            Assert.Equal(3, lines.Length);
            Assert.True(Number(lines[0]) > Number(lines[1]), string.Join('\n', lines));
            Assert.StartsWith("rice.md: ", lines[2]);
            Assert.EndsWith("Boil the rice until it is soft.", lines[2]);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(Stop);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task AgentSearchesAFolderThroughTheTool()
    {
        string folder = Directory.CreateTempSubdirectory("sextant-sample-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "a.txt"), "Parliament passed the budget.");
            File.WriteAllText(Path.Combine(folder, "b.txt"), "Boil the rice until it is soft.");
            string tool = Path.Combine(
                s_root, "src", "Sextant.Cli", "bin", BuildFolder, "net10.0", "Sextant.Cli.dll");
            string[] lines = Lines(await Run("Agent", folder, "How do I cook rice?", "dotnet", tool));
            Assert.Equal(4, lines.Length);
            Assert.Equal("search, embed, similarity", lines[0]);
            Assert.EndsWith("  b.txt", lines[1]);
            Assert.Equal("Boil the rice until it is soft.", lines[2]);
            Assert.Equal("refused", lines[3]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Where a service says that it listens.
    private static async Task<string> AddressOf(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync(Stop) is { } line)
        {
            int position = line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal);
            if (position >= 0)
                return line[position..].Trim();
        }
        throw new InvalidOperationException("the service does not say where it listens.");
    }

    private static async Task<string> Run(string sample, params string[] args)
    {
        using Process process = Start(sample, args);
        Task<string> output = process.StandardOutput.ReadToEndAsync(Stop);
        string error = await process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0, $"{sample} ended with {process.ExitCode}: {error}");
        return await output;
    }

    // Release or Debug, as these tests.
    private static string BuildFolder => Path.GetFileName(Path.GetDirectoryName(
        AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar))!);

    private static Process Start(string sample, string[] args)
    {
        string name = $"Sextant.Samples.{sample}";
        string program = Path.Combine(s_root, "tests", "Samples", name, "bin", BuildFolder, "net10.0", name + ".dll");
        return StartProgram(program, args, readsError: sample != "Web"); // a service goes on writing; nobody would read it
    }

    private static Process StartProgram(string program, string[] args, bool readsError)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = readsError,
        };
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
    }

    private static string[] Lines(string output) =>
        output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static double Number(string line) =>
        double.Parse(line.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static JsonElement Json(string path) => JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;

    private static string Case(string name) => Path.Combine(s_root, "tests", "fixtures", "cases", name);

    private static string Root([CallerFilePath] string file = "")
    {
        DirectoryInfo? folder = new FileInfo(file).Directory;
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Engine.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("there is no Engine.sln above this file.");
    }
}
