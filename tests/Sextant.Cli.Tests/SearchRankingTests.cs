using System.Text.Json;

namespace Sextant.Cli.Tests;

public sealed class SearchRankingTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-ranked-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void WordsFindStemsAndIdentifiers()
    {
        File.WriteAllText(Path.Combine(_root, "a.md"), "Call it with `--dry-run` first.");
        File.WriteAllText(Path.Combine(_root, "b.md"), "A dry summer; they run.");
        File.WriteAllText(Path.Combine(_root, "c.md"), "Nothing of it.");
        Assert.Equal(["a.md", "b.md"], Files("--ranking", "bm25", "--", "--dry-run"));
        Assert.Equal(["b.md"], Files("--ranking", "bm25", "summers"));
        Assert.Empty(Files("--ranking", "bm25", "--language", "words", "summers"));
    }

    [Fact]
    public void AHybridHitSaysBothItsScores()
    {
        File.WriteAllText(Path.Combine(_root, "a.txt"), "ships sail over the sea.");
        File.WriteAllText(Path.Combine(_root, "b.txt"), "the grass is green.");
        Outcome outcome = Search("--format", "json", "ships sail over the sea.");
        using JsonDocument json = JsonDocument.Parse(outcome.Bytes);
        JsonElement[] hits = [.. json.RootElement.EnumerateArray()];
        Assert.Equal(1f, hits[0].GetProperty("score").GetSingle(), 1e-5f);
        Assert.Equal(1f, hits[0].GetProperty("similarity").GetSingle(), 1e-5f);
        Assert.True(hits[0].GetProperty("bm25").GetSingle() > hits[1].GetProperty("bm25").GetSingle());
        float similarity = hits[1].GetProperty("similarity").GetSingle();
        Assert.Equal(["a.txt"], Files("--min-score", $"{similarity + 0.001f:F4}", "ships sail over the sea."));
    }

    [Fact]
    public void ADiverseAnswerDoesNotSayTheSameTwice()
    {
        for (int i = 0; i < 4; i++)
            File.WriteAllText(Path.Combine(_root, $"copy{i}.txt"), "ships sail over the sea.");
        File.WriteAllText(Path.Combine(_root, "other.txt"), "the grass is green.");
        foreach (string ranking in (string[])["hybrid", "dense"])
        {
            string[] found = Files("-k2", "--ranking", ranking, "--diversity", "0.8", "ships sail over the sea.");
            Assert.Equal(["copy0.txt", "other.txt"], found);
        }
    }

    [Theory]
    [InlineData("is for vectors", "--ranking", "bm25", "--min-score", "0.5", "sea")]
    [InlineData("is for vectors", "--ranking", "bm25", "--diversity", "0.5", "sea")]
    [InlineData("did you mean dense?", "--ranking", "dens", "sea")]
    [InlineData("--ranking hybrid, dense or bm25 chooses", "--fuse", "bm25", "sea")]
    public void WhatDoesNotGoTogetherIsWrongUsage(string expected, params string[] args)
    {
        File.WriteAllText(Path.Combine(_root, "a.txt"), "the sea.");
        Outcome outcome = Search(args);
        Assert.Equal(2, outcome.Exit);
        Assert.Contains(expected, outcome.ErrorLine);
    }

    private string[] Files(params string[] args)
    {
        Outcome outcome = Search(args);
        Assert.True(outcome.Exit == 0, outcome.Error);
        return [.. outcome.Lines.Select(line => Path.GetFileName(line.Split('\t')[2].Split(':')[0]))];
    }

    private Outcome Search(params string[] args) =>
        CommandLine.Run(["search", "--model", model.Folder, "--in", _root, .. args]);
}
