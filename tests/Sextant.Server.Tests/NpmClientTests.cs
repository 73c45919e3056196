using System.Diagnostics;
using System.Globalization;
using Sextant.Cli.Tests;

namespace Sextant.Server.Tests;

/// <summary>The clients of Node.js, where npm can install them: openai, @huggingface/inference, cohere-ai.</summary>
public sealed class NpmClientTests
{
    private static readonly string s_sources = Path.Combine(
        Checkout.Root, "tests", "Sextant.Server.Tests", "clients");

    [Fact]
    public async Task ClientsOfNodeGetTheLibrarysBits()
    {
        string folder = Directory.CreateTempSubdirectory("sextant-npm-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(s_sources))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            (int code, string text) = await Run(folder, "npm", "install", "--no-audit", "--no-fund", "--loglevel=error");
            if (code != 0)
                Assert.Skip($"npm cannot install the clients of Node.js here: {text.Trim()}");
            using var ranker = new TinyRanker();
            using EmbeddingModel model = EmbeddingModel.LoadDefault();
            string expected = Path.Combine(folder, "expected.jsonl");
            await File.WriteAllLinesAsync(
                expected, new[] { "The sky is blue.", "Ships sail over the sea." }.Select(text => "["
                    + string.Join(',', model.Embed(text).Select(one => one.ToString("R", CultureInfo.InvariantCulture)))
                    + "]"),
                TestContext.Current.CancellationToken);
            await using RunningServer server = await RunningServer.Start("--model", "tiny", "--model", ranker.Folder);
            (code, text) = await Run(folder, "node", "check.mjs", server.Url, "tiny", ranker.Folder, expected);
            Assert.True(code == 0, text);
            Assert.Equal(3, text.Split('\n').Count(line => line.EndsWith(": passed", StringComparison.Ordinal)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Code, string Text)> Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                return (-1, $"{program} took more than three minutes");
            }
            return (process.ExitCode, await output + await error);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (-1, $"there is no {program}");
        }
    }
}
