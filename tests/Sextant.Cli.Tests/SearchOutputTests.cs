namespace Sextant.Cli.Tests;

public sealed class SearchOutputTests(TinyModel model, TinyRanker ranker)
    : IClassFixture<TinyModel>, IClassFixture<TinyRanker>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-shown-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void ATerminalWithStylesMarksWordsAndLinksPaths()
    {
        string path = Path.Combine(_root, "a b.md");
        File.WriteAllText(path, "# Sea\n\nblue.\n\n## Ships\n\nships sail over the sea; the \u001b[31msky.");
        var streams = new Streams();
        streams.Terminal = streams.Terminal with { OutputIsTerminal = true, HasStyles = true, Width = 80 };
        string[] args = ["search", "--model", model.Folder, "--in", _root, "-k1", "--ranking", "bm25", "sailing ship"];
        string[] lines = CommandLine.RunOn(streams, args).Output.Split('\n');
        Assert.Contains($"\u001b]8;;{new Uri(path).AbsoluteUri}\u001b\\{path}:5\u001b]8;;\u001b\\", lines[0]);
        Assert.Equal("     Sea", lines[1]);
        Assert.Contains("\u001b[1mships\u001b[22m \u001b[1msail\u001b[22m over", lines[2]);
        Assert.DoesNotContain("\u001b[31m", string.Concat(lines), StringComparison.Ordinal);
        streams = new Streams();
        streams.Terminal = streams.Terminal with { OutputIsTerminal = true, Width = 80 };
        Assert.DoesNotContain('\u001b', CommandLine.RunOn(streams, args).Output);
    }

    [Fact]
    public void ACrossEncoderOrdersTheFirstAgain()
    {
        string[] texts = [.. TinyModel.Words.Select(word => $"the {word} is green.")];
        for (int i = 0; i < texts.Length; i++)
            File.WriteAllText(Path.Combine(_root, $"{i:D2}.txt"), texts[i]);
        string input = Path.Combine(_root, "all.lines");
        File.WriteAllLines(input, texts);
        string[] expected = [.. CommandLine.Run("rerank", "--model", ranker.Folder, "grass", "--input", input, "-k", "5")
            .Lines.Select(line => line.Split('\t')).Select(words => $"{words[1]} {words[3]}")];
        File.Delete(input);
        string index = Path.Combine(_root, "idx");
        Assert.Equal(0, CommandLine.Run("index", "--model", model.Folder, "--output", index, _root).Exit);
        foreach (string[] location in (string[][])[["--in", _root, "--model", model.Folder], ["--index", index]])
        {
            Outcome outcome = CommandLine.Run(["search", .. location, "--rerank", ranker.Folder, "-k5", "grass"]);
            Assert.Equal(expected, outcome.Lines.Select(line => line.Split('\t')).Select(words => $"{words[1]} {words[3]}"));
        }
    }
}
