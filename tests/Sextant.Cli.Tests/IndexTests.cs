using System.Text.Json;

namespace Sextant.Cli.Tests;

public sealed class IndexTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-index-").FullName;

    private string Files => Path.Combine(_root, "files");

    private string Index => Path.Combine(_root, "idx");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("float32", "none")]
    [InlineData("binary", "float32")]
    public void AnIndexFindsWhatASearchInFilesFinds(string code, string rescore)
    {
        WriteMany();
        string[] flags = code == "binary" ? ["--code", code, "--rescore", rescore] : ["--code", code];
        Outcome made = Run(["index", "--output", Index, .. flags, "--chunk", "12", Files]);
        Assert.Equal((0, ""), (made.Exit, made.Error));
        Assert.StartsWith("30 files embedded (", made.Output);
        foreach (string query in (string[])["the sky is blue.", "ships sail over the sea", "seven"])
        {
            Outcome files = Run(
                "search", "--in", Files, "--precision", "exact", "--chunk", "12", "-k", "5", "--format", "json", query);
            Outcome index = Run("search", "--index", Index, "-k", "5", "--format", "json", "--oversample", "1000",
                query);
            Assert.Equal((0, ""), (index.Exit, index.Error));
            Assert.Equal(Normal(files.Output), Normal(index.Output));
        }
    }

    [Fact]
    public void AnAttributeKeepsItsKind()
    {
        Write("a.txt", "the sea.");
        Assert.Equal(0, Run("index", "--output", Index, "--attribute", "year=2020", "--attribute", "for=v2", Files).Exit);
        Write("b.txt", "the sky.");
        Outcome text = Run("index", "--output", Index, "--update", "--attribute", "year=late", Files);
        Assert.Equal(Tool.WrongUsage, text.Exit);
        Assert.Contains("in this index 'year' is a whole number", text.ErrorLine, StringComparison.Ordinal);
        // What looks like a number is a text where texts are.
        Assert.Equal(
            0, Run("index", "--output", Index, "--update", "--attribute", "year=2021", "--attribute", "for=3", Files).Exit);
        Assert.Equal(["b.txt:1"], Names(Run("search", "--index", Index, "--filter", "for=3", "-k", "1", "sky")));
        Assert.Equal(2, Run("search", "--index", Index, "--filter", "year>2020", "sky").Lines.Length);
    }

    [Fact]
    public void AFileOfManyPassagesGoesInAsItIsRead()
    {
        WriteMany();
        Write("15a.txt", string.Join(
            "\n\n", Enumerable.Range(0, 2500).Select(i => $"# {TinyModel.Words[i % 19]}\n\nships "
                + $"{TinyModel.Words[i % 21]}.")));
        string[] flags = ["--code", "float32", "--chunk", "8"];
        Outcome made = Run(["index", "--output", Index, .. flags, Files]);
        Assert.Equal((0, ""), (made.Exit, made.Error));
        Assert.StartsWith("31 files embedded (", made.Output);
        foreach (string query in (string[])["ships sail over the sea", "seven"])
        {
            Outcome files = Run(
                "search", "--in", Files, "--precision", "exact", "--ranking", "dense", "--chunk", "8", "-k", "5", "--format",
                "json", query);
            Outcome index = Run("search", "--index", Index, "--ranking", "dense", "-k", "5", "--format", "json", query);
            Assert.Equal(Normal(files.Output), Normal(index.Output));
        }
        Assert.Equal("0 files embedded (0 passages), 31 unchanged, 0 taken out\n",
            Run("index", "--output", Index, "--update", Files).Output);
    }

    [Fact]
    public void AFittedCodeLearnsFromAFileOfManyPassages()
    {
        Write("long.txt", string.Join(
            "\n\n", Enumerable.Range(0, 9000).Select(i => $"# {TinyModel.Words[i % 19]}\n\nships "
                + $"{TinyModel.Words[i % 21]}.")));
        Outcome made = Run("index", "--output", Index, "--code", "bebr-2", "--chunk", "8", Files);
        Assert.Equal((0, ""), (made.Exit, made.Error));
        Assert.Contains("4,096 passages", CommandLine.Run("index", "--stats", Index).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void UnchangedFilesAreNotEmbeddedAgainAndGoneOnesAreTakenOut()
    {
        WriteMany();
        Assert.Equal(0, Run("index", "--output", Index, Files).Exit);
        Outcome again = Run("index", "--output", Index, "--update", Files);
        Assert.Equal("0 files embedded (0 passages), 30 unchanged, 0 taken out\n", again.Output);
        File.SetLastWriteTimeUtc(Path.Combine(Files, "3.txt"), DateTime.UtcNow.AddHours(1)); // touched, not changed
        Write("4.txt", "hello world.");
        Write("new.md", "# one\n\ntwo three.\n");
        File.Delete(Path.Combine(Files, "5.txt"));
        Outcome updated = Run("index", "--output", Index, "--update", Files);
        Assert.Equal("2 files embedded (2 passages), 28 unchanged, 1 taken out\n", updated.Output);
        Assert.StartsWith("1\t1.0000\t", Run("search", "--index", Index, "-k1", "hello world.").Output);
        Assert.Contains("4.txt:1", Run("search", "--index", Index, "-k1", "hello world.").Output);
        Assert.DoesNotContain("5.txt",
            Run("search", "--index", Index, "-k", "1000", "sea").Output.Replace("25.txt", "").Replace("15.txt", ""));
        // Another attribute is a change too.
        Assert.StartsWith("30 files embedded",
            Run("index", "--output", Index, "--update", "--attribute", "lang=en", Files).Output);
    }

    [Fact]
    public void AFolderWithoutTextsEmptiesNothingElse()
    {
        string other = Path.Combine(_root, "other"), made = Path.Combine(_root, "made");
        Directory.CreateDirectory(other);
        Assert.Equal((1, true), Exit(Run("index", "--output", made, other), "the index is empty"));
        Write("a.txt", "the sea.");
        Write("../other/b.txt", "hello world.");
        Assert.Equal(0, Run("index", "--output", Index, Files, other).Exit);
        File.Delete(Path.Combine(other, "b.txt"));
        // Files that have gone are taken out, also where no other is left; then there is nothing to do.
        Outcome gone = Run("index", "--output", Index, "--update", other);
        Assert.Equal(
            (0, "0 files embedded (0 passages), 0 unchanged, 1 taken out\n"), (gone.Exit, gone.Output));
        Assert.Equal((1, true), Exit(Run("index", "--output", Index, "--update", other), "the index is as it was"));
        Assert.Equal(["a.txt:1"], Names(Run("search", "--index", Index, "sea")));
    }

    [Theory]
    [InlineData("/a/b/c.txt", true)]
    [InlineData("/a/b2/c.txt", true)]
    [InlineData("/a/locked/c.txt", false)]
    [InlineData("/a/locked/d/e.txt", false)]
    [InlineData("/a/locked.txt", true)]
    [InlineData("/a/file.txt", false)]
    [InlineData("/other/c.txt", false)]
    public void WhatCannotBeReadHasNotGone(string key, bool gone)
    {
        string Path(string name) => System.IO.Path.GetFullPath(name);
        Assert.Equal(gone, Sextant.Cli.Verbs.IndexRun.IsGone(
            Path(key), [Path("/a")], [Path("/a/locked"), Path("/a/file.txt")]));
    }

    [Fact]
    public void FiltersAndThresholds()
    {
        WriteMany();
        Assert.Equal(0,
            Run("index", "--output", Index, "--attribute", "lang=en", "--attribute", "year=2020", Files).Exit);
        Write("../more/de.md", "the sea.");
        Assert.Equal(0,
            Run("index", "--output", Index, "--update", "--attribute", "lang=de", Path.Combine(_root, "more")).Exit);
        Assert.Equal(["de.md:1"], Names(Run("search", "--index", Index, "--filter", "lang=de", "sea")));
        Assert.Equal(["de.md:1"], Names(Run("search", "--index", Index, "--filter", "extension in (md, rst)", "sea")));
        Assert.DoesNotContain("de.md:1",
            Names(Run("search", "--index", Index, "-k", "100", "--filter", "year>=2020", "sea")));
        Outcome near = Run("search", "--index", Index, "-k", "100", "--min-score", "0.99", "the sea.");
        Assert.Equal(["de.md:1"], Names(near));
        Outcome none = Run("search", "--index", Index, "--filter", "year=1999", "sea");
        Assert.Equal((0, "", "sextant search: nothing was found."), (none.Exit, none.Output, none.Error.Trim()));
        Assert.Equal((2, true), Exit(Run("search", "--index", Index, "--filter", "colour=red", "sea"), "lang, year"));
        Assert.Equal((2, true), Exit(Run("search", "--index", Index, "--filter", "lang", "sea"), "is no condition"));
        Assert.Equal((2, true), Exit(Run("search", "--in", Files, "--filter", "lang=en", "sea"), "goes with --index"));
        Assert.Equal((2, true), Exit(Run("search", "--index", Index, "--chunk", "9", "sea"), "fixed in an index"));
    }

    [Fact]
    public void WordsAndVectorsAreFusedUnlessOneIsChosen()
    {
        WriteMany();
        Write("word.txt", "grass xylophone.");
        Assert.Equal(0, Run("index", "--output", Index, Files).Exit);
        Assert.Contains("word.txt:1", Names(Run("search", "--index", Index, "-k3", "the xylophone over the sea")));
        // The only passage with its word is the best of both rankings, and so is 1 of each.
        Assert.StartsWith("1\t1.0000\t", Run("search", "--index", Index, "-k1", "grass xylophone.").Output);
        Outcome words = Run("search", "--index", Index, "--ranking", "bm25", "xylophones");
        Assert.Equal(["word.txt:1"], Names(words));
        Assert.Empty(Names(Run("search", "--index", Index, "--ranking", "bm25", "nowhere")));
        Outcome dense = Run("search", "--index", Index, "--ranking", "dense", "-k1", "grass xylophone.");
        Assert.StartsWith("1\t1.000", dense.Output);
        Assert.All(
            Run("search", "--index", Index, "--min-score", "2", "grass xylophone.").Lines, line => Assert.Fail(line));
        Assert.Equal((2, true),
            Exit(Run("search", "--index", Index, "--ranking", "bm25", "--min-score", "1", "sea"), "is for vectors"));
        Assert.Equal((2, true), Exit(Run("search", "--index", Index, "--fuse", "bm25", "sea"), "--ranking hybrid"));
    }

    [Fact]
    public void StatsSayWhatIsInIt()
    {
        WriteMany();
        Assert.Equal(0,
            Run("index", "--output", Index, "--document-prompt", "one: ", "--query-prompt", "two: ", Files).Exit);
        Outcome stats = CommandLine.Run("index", "--stats", Index);
        Assert.Equal((0, ""), (stats.Exit, stats.Error));
        foreach (string expected in (string[])["documents", "30", "\"one: \"", "\"two: \"", "binary", "float16",
            "Codes", "Vectors", model.Folder, "weights"])
            Assert.Contains(expected, stats.Output);
    }

    [Fact]
    public void PromptsStandBeforePassagesAndQueries()
    {
        Write("a.txt", "the sea.");
        Assert.Equal(0, Run(
            "index", "--output", Index, "--code", "float32", "--document-prompt", "blue ", "--query-prompt", "green ",
            Files).Exit);
        Assert.Contains("\t1.0000\t", Dense("--query-prompt", "blue ", "the sea."));
        Assert.Contains("\t1.0000\t", Dense("--query-prompt", "", "blue the sea."));
        Assert.DoesNotContain("\t1.0000\t", Dense("the sea."));
        Assert.Equal(Dense("the sea."), Dense("--query-prompt", "", "green the sea."));

        string Dense(params string[] args) => Run(["search", "--index", Index, "--ranking", "dense", .. args]).Output;
    }

    [Fact]
    public void AnotherModelIsRefused()
    {
        Write("a.txt", "the sea.");
        Assert.Equal(0, Run("index", "--output", Index, Files).Exit);
        Outcome outcome = CommandLine.Run("search", "--index", Index, "--model", EmbeddingModel.DefaultPath, "sea");
        Assert.Equal((1, true), Exit(outcome, $"made with {model.Folder}; "));
        Assert.Equal((1, true), Exit(outcome, "the weights have other values"));
        Outcome update = CommandLine.Run("index", "--output", Index, "--update", "--model", EmbeddingModel.DefaultPath,
            Files);
        Assert.Equal((1, true), Exit(update, "made by another model"));
        // Where none is named, it is the one that made the index.
        Assert.Equal(0, CommandLine.Run("search", "--index", Index, "sea").Exit);
    }

    [Fact]
    public void ValuesMakeAModelAndNotBytes()
    {
        Write("a.txt", "the sea.");
        Assert.Equal(0, Run("index", "--output", Index, Files).Exit);
        string other = Path.Combine(_root, "copy"), config = Path.Combine(other, "config.json");
        foreach (string file in Directory.GetFiles(model.Folder, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(other, Path.GetRelativePath(model.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        string[] search = ["search", "--index", Index, "--model", other, "sea"];
        string values = File.ReadAllText(config).Trim();
        // A line feed, another order, another spelling of a number, and keys that nothing reads.
        foreach (string same in (string[])[
            values + "\n", values.Replace(",", " ,\n", StringComparison.Ordinal),
            "{\"transformers_version\": \"9\", \"never_read\": [1, 2]," + values[1..]])
        {
            File.WriteAllText(config, same);
            Outcome outcome = CommandLine.Run(search);
            Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        }
        foreach (string file in Directory.GetFiles(other, "*.json", SearchOption.AllDirectories))
            File.AppendAllText(file, "\n \n");
        Assert.Equal(0, CommandLine.Run(search).Exit);

        File.WriteAllText(config, System.Text.RegularExpressions.Regex.Replace(
            values, "\"layer_norm_eps\": *[^,}]*", "\"layer_norm_eps\": 0.25"));
        Outcome differs = CommandLine.Run(search);
        Assert.Equal((1, true), Exit(differs, "config.json: layer_norm_eps is "));
        Assert.Contains("here 0.25", differs.ErrorLine, StringComparison.Ordinal);
        Assert.Contains(model.Folder, differs.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsThereIsNotOverwritten()
    {
        Write("a.txt", "the sea.");
        Assert.Equal(0, Run("index", "--output", Index, Files).Exit);
        Assert.Equal((2, true), Exit(Run("index", "--output", Index, Files), "--update brings it up to date"));
        Assert.Equal((2, true), Exit(Run("index", "--output", Index, "--update", "--chunk", "9", Files), "is fixed"));
        Assert.Equal((1, true), Exit(Run("index", "--output", Files, Files), "is a folder with other files"));
        Assert.Equal((1, true), Exit(CommandLine.Run("index", "--stats", Files), "is no index"));
        Assert.Equal((2, true), Exit(Run("index", "--output", Index + "2", "--code", "int8", Files), "needs --ranges"));
        Assert.Equal((2, true), Exit(CommandLine.Run("index", "--output", Index), "of what?"));
        Assert.Equal((2, true), Exit(CommandLine.Run("index", Files), "where to?"));
    }

    [Fact]
    public void Int8WithRangesOfACalibrationSet()
    {
        WriteMany();
        string ranges = Path.Combine(_root, "ranges.json"), lines = Path.Combine(_root, "lines.txt");
        File.WriteAllText(lines, string.Join('\n', TinyModel.Words));
        Assert.Equal(0, CommandLine.Run(
            "embed", "--model", model.Folder, "--input", lines, "--write-ranges", ranges, "--output",
            Path.Combine(_root, "v.jsonl")).Exit);
        Assert.Equal(0, Run("index", "--output", Index, "--code", "int8", "--ranges", ranges, Files).Exit);
        Outcome outcome = Run("search", "--index", Index, "-k1", "word 0 the sea one.");
        Assert.Equal(0, outcome.Exit);
        Assert.InRange(double.Parse(outcome.Output.Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture),
            0.5, 1.2);
    }

    [Fact]
    public void EndedWorkIsKeptAndGoesOn()
    {
        WriteMany();
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var streams = new Streams();
        streams.Terminal = streams.Terminal with { Cancellation = cancellation.Token };
        Outcome ended = CommandLine.RunOn(streams, "index", "--output", Index, "--model", model.Folder, Files);
        Assert.Equal(130, ended.Exit);
        Assert.Contains("--update goes on", ended.ErrorLine);
        Assert.StartsWith("30 files embedded", Run("index", "--output", Index, "--update", Files).Output);
    }

    private static (int, bool) Exit(Outcome outcome, string message) =>
        (outcome.Exit, outcome.ErrorLine.Contains(message, StringComparison.Ordinal));

    private static string[] Names(Outcome outcome) =>
        [.. outcome.Lines.Select(line => Path.GetFileName(line.Split('\t')[2]))];

    // Scores of the same text are the same bits; only ties may come in another order.
    private static string[] Normal(string json) =>
        [.. JsonDocument.Parse(json).RootElement.EnumerateArray().Select(one => string.Join(
            ' ', one.GetProperty("score"), one.GetProperty("start"), one.GetProperty("end"),
            one.GetProperty("first_line"),
            one.GetProperty("tokens"), Path.GetFileName(one.GetProperty("file").GetString()),
            one.GetProperty("text")))];

    private Outcome Run(params string[] args) => CommandLine.Run([.. args, "--model", model.Folder]);

    private void WriteMany()
    {
        for (int i = 0; i < 30; i++)
        {
            string text = string.Join(' ', new[] { 20, 17, 13, 11, 7 }.Select(step => TinyModel.Words[i % step]));
            Write($"{i}.txt", $"{text}.\n\nships sail {TinyModel.Words[i % 19]} the sea {TinyModel.Words[i % 21]}.\n");
        }
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(Files, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
