using System.Globalization;
using System.Text.Json;
using Sextant.Cli.Verbs;

namespace Sextant.Cli.Tests;

public sealed class SearchTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-files-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void ThePassageThatIsTheQueryComesFirstWithFileAndLine()
    {
        Write("a/notes.md", "# ships\n\nships sail over the sea.\n\n# grass\n\nthe grass is green.\n");
        Write("b.txt", "\n\nthe sky is blue.");
        Outcome outcome = Search("the sky is blue.", "-k2", "--precision", "exact");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.Equal(2, outcome.Lines.Length);
        string[] fields = outcome.Lines[0].Split('\t');
        Assert.Equal(["1", "1.0000", Path.Combine(_root, "b.txt") + ":3", "the sky is blue."], fields);
        Assert.StartsWith("2\t", outcome.Lines[1]);
    }

    [Fact]
    public void JsonHasThePlaceOfThePassage()
    {
        string text = "one two three one two three.\r\n\r\nfour five\r\nsix.\r\n";
        Write("a.txt", text);
        using JsonDocument json = JsonDocument.Parse(Search("seven", "--format", "json", "--chunk", "8").Bytes);
        JsonElement[] found = [.. json.RootElement.EnumerateArray().OrderBy(
            one => one.GetProperty("start").GetInt32())];
        Assert.Equal(2, found.Length);
        JsonElement second = found[1];
        Assert.Equal((3, 4), (second.GetProperty("first_line").GetInt32(), second.GetProperty("last_line").GetInt32()));
        Assert.Equal("four five\r\nsix.", second.GetProperty("text").GetString());
        Assert.Equal(second.GetProperty("text").GetString(),
            text[second.GetProperty("start").GetInt32()..second.GetProperty("end").GetInt32()]);
        Assert.Equal([1, 2], json.RootElement.EnumerateArray().Select(one => one.GetProperty("rank").GetInt32()));
    }

    [Fact]
    public void EqualScoresComeInTheOrderOfTheFiles()
    {
        // Three texts with the same tokens.
        Write("c.txt", "the sea.");
        Write("a.txt", "The sea.");
        Write("b.txt", "THE SEA.");
        Outcome outcome = Search("the sea.", "-k", "10");
        Assert.Equal(
            ["a.txt:1", "b.txt:1", "c.txt:1"],
            outcome.Lines.Select(line => Path.GetRelativePath(_root, line.Split('\t')[2])));
    }

    [Fact]
    public void TheSameTextInSeveralPlacesIsOneHit()
    {
        Write("c.txt", "the sea.");
        Write("a.txt", "the sea.\n\n# two\n\nthe grass is green.");
        Write("b.md", "# one\n\nships sail over the sea.\n\n# two\n\nthe grass is green.");
        Write("d.txt", "the sea.");
        foreach (string path in (string[])["e", "f", "g"])
            Write(path, "the sea.");
        string index = Path.Combine(_root, ".idx"); // hidden, so that it is not searched in
        Assert.Equal(0, CommandLine.Run(
            "index", "--output", index, "--code", "float32", "--model", model.Folder, _root).Exit);
        foreach (string k in (string[])["1", "2", "10"])
        {
            string[] flags = ["-k", k, "--format", "json", "the sea."];
            foreach (Outcome outcome in (Outcome[])
                [Search(flags), CommandLine.Run(["search", "--index", index, .. flags])])
            {
                Assert.Equal(0, outcome.Exit);
                JsonElement[] hits = [.. JsonDocument.Parse(outcome.Bytes).RootElement.EnumerateArray()];
                string[] texts = [.. hits.Select(hit => hit.GetProperty("text").GetString()!)];
                Assert.Equal(texts.Distinct(), texts);
                Assert.Equal("the sea.", texts[0]);
                Assert.Equal("a.txt", Name(hits[0]));
                JsonElement[] others = [.. hits[0].GetProperty("also_in").EnumerateArray()];
                Assert.Equal(["c.txt", "d.txt", "e", "f", "g"], others.Select(Name));
                Assert.All(others, other => Assert.Equal(1, other.GetProperty("first_line").GetInt32()));
                Assert.Equal(Math.Min(int.Parse(k, null), 3), hits.Length);
            }
        }
        Outcome plain = Search("-k1", "the sea.");
        Assert.EndsWith("and 2 more", plain.Lines[0].Split('\t')[4]);

        string Name(JsonElement location) => Path.GetFileName(location.GetProperty("file").GetString())!;
    }

    [Fact]
    public void ACopyFarAwayIsNoHitOfItsOwn()
    {
        // More copies than a batch holds, and than an index is asked for at first.
        Write("a.txt", "ships sail.");
        for (int i = 0; i < 40; i++)
            Write($"b{i:D2}.txt", "the sea.");
        Write("c.txt", string.Join("\n\n", Enumerable.Range(0, 1100).Select(_ => "# x\n\nthe sea.")));
        string index = Path.Combine(_root, ".idx");
        Assert.Equal(0, CommandLine.Run("index", "--output", index, "--model", model.Folder, _root).Exit);
        string[] flags = ["-k2", "--format", "json", "the sea."];
        foreach (Outcome outcome in (Outcome[])
            [Search(flags), CommandLine.Run(["search", "--index", index, .. flags])])
        {
            JsonElement[] hits = [.. JsonDocument.Parse(outcome.Bytes).RootElement.EnumerateArray()];
            Assert.Equal(2, hits.Length);
            Assert.NotEqual(hits[0].GetProperty("text").GetString(), hits[1].GetProperty("text").GetString());
        }
    }

    [Fact]
    public void ManyPassagesAreComparedInBatches()
    {
        var lines = Enumerable.Range(0, 3000).Select(i => i == 2500
            ? "ships sail over the blue sea."
            : string.Join(' ', new[] { 20, 17, 13, 11 }.Select(step => TinyModel.Words[i % step])) + ".");
        Write("many.txt", string.Join("\n\n", lines));
        Outcome outcome = Search("ships sail over the blue sea.", "-k3", "--chunk", "8", "--overlap", "0");
        Assert.Equal(3, outcome.Lines.Length);
        Assert.Equal("many.txt:5001", Path.GetRelativePath(_root, outcome.Lines[0].Split('\t')[2]));
    }

    [Fact]
    public void ATerminalGetsLinesThatFit()
    {
        Write("a.txt", string.Join(' ', Enumerable.Repeat("the \u001bsky 今日", 12)) + ".");
        var streams = new Streams();
        streams.Terminal = streams.Terminal with { OutputIsTerminal = true, Width = 40 };
        Outcome outcome = CommandLine.RunOn(streams, "search", "--model", model.Folder, "--in", _root, "sky");
        Assert.Equal(0, outcome.Exit);
        Assert.DoesNotContain('\u001b', outcome.Output);
        Assert.StartsWith("  1  0.", outcome.Lines[0]);
        Assert.Equal(4, outcome.Lines.TakeWhile(
            (line, location) => location == 0 || line.StartsWith("     ", StringComparison.Ordinal)).Count());
        Assert.All(outcome.Lines.Skip(1).Take(3), line => Assert.InRange(line.Sum(c => c >= 0x3000 ? 2 : 1), 6, 40));
        Assert.EndsWith("…", outcome.Lines[3]);
    }

    [Fact]
    public void WhatIsSkippedIsCounted()
    {
        Write("a.txt", "the sea.");
        Write("b.bin", "\0\u0001");
        Write(".git/config", "text");
        Write("empty", "");
        Outcome outcome = Search("sea", "--precision", "exact");
        Assert.Equal(0, outcome.Exit);
        Assert.Equal("sextant search: skipped 3 files and folders: 1 binary, 1 empty, 1 hidden", outcome.ErrorLine);
    }

    // Int8 is chosen where nobody chose, and said; its cosines are near those of float32, and no others.
    [Fact]
    public void FilesAreEmbeddedInInt8UnlessAskedOtherwise()
    {
        Write("a.txt", "ships sail over the sea.");
        Outcome chosen = Search("the sky is blue.", "--ranking", "dense");
        Assert.Equal((0, SearchVerb.Int8Note), (chosen.Exit, chosen.ErrorLine));
        Outcome asked = Search("the sky is blue.", "--ranking", "dense", "--precision", "int8");
        Assert.Equal((0, "", chosen.Output), (asked.Exit, asked.Error, asked.Output));
        Outcome exact = Search("the sky is blue.", "--ranking", "dense", "--precision", "exact");
        Assert.Equal((0, ""), (exact.Exit, exact.Error));
        Assert.Equal(Score(exact), Score(chosen), 0.05);
        Assert.Equal("", Search("sea", "--ranking", "bm25").Error);

        static double Score(Outcome outcome) =>
            double.Parse(outcome.Lines[0].Split('\t')[1], CultureInfo.InvariantCulture);
    }

    [Fact]
    public void NothingToSearchIsAFailure()
    {
        Outcome outcome = Search("sea");
        Assert.Equal((1, ""), (outcome.Exit, outcome.Output));
        Assert.Contains("no text was found", outcome.ErrorLine);
    }

    [Fact]
    public void AChunkThatTheModelCannotTakeIsWrongUsage()
    {
        Write("a.txt", "the sea.");
        Outcome outcome = Search("sea", "--chunk", "63");
        Assert.Equal(2, outcome.Exit);
        Assert.Contains("leaves 62 for a passage", outcome.ErrorLine);
        Assert.Equal(0, Search("sea", "--chunk", "62", "--overlap", "31").Exit);
        Assert.Equal(2, Search("sea", "--chunk", "62", "--overlap", "32").Exit);
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private Outcome Search(params string[] args) =>
        CommandLine.Run(["search", "--model", model.Folder, "--in", _root, .. args]);
}
