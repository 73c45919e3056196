using System.Globalization;

namespace Sextant.Cli.Tests;

/// <summary>Codes that are fitted to a sample of the files, by <c>index --code</c> and <c>--pca</c>.</summary>
public sealed class IndexCodeTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-index-codes-").FullName;

    private string Files => Path.Combine(_root, "files");

    private string Index => Path.Combine(_root, "idx");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("bebr-3", "32", "residual binary, 3 bits a dimension", "32 to 32 dimensions")]
    [InlineData("rabitq-1", null, "RaBitQ, 1 bits for each of 32 dimensions", null)]
    [InlineData("rabitq-3", "21", "RaBitQ, 3 bits for each of 21 principal components", null)]
    [InlineData("pq-4", null, "product, 4 bytes a vector", null)]
    [InlineData("pq-2", "4", "product, 2 bytes a vector", "32 to 4 dimensions")]
    [InlineData("binary", "6", "binary", "32 to 6 dimensions")]
    public void RescoredTheyFindWhatASearchInFilesFinds(string code, string? components, string scanned, string? turned)
    {
        Write(400);
        string[] turn = components is null ? [] : ["--pca", components];
        Outcome made = Run(["index", "--output", Index, "--code", code, "--rescore", "float32", .. turn, Files]);
        Assert.Equal((0, ""), (made.Exit, made.Error));
        string stats = CommandLine.Run("index", "--stats", Index).Output;
        Assert.Contains(scanned, stats);
        Assert.Contains("400 passages", stats);
        Assert.Equal(turned is not null, stats.Contains("transform", StringComparison.Ordinal));
        Assert.Contains(turned ?? "", stats);
        foreach (string query in (string[])["the sky is blue.", "ships sail over the sea"])
        {
            Outcome files = Run("search", "--in", Files, "--precision", "exact", "-k", "5", query);
            Outcome index = Run("search", "--index", Index, "-k", "5", "--oversample", "100", query);
            Assert.Equal((0, ""), (index.Exit, index.Error));
            Assert.Equal(Scores(files), Scores(index));
        }
        Outcome updated = Run("index", "--output", Index, "--update", Files);
        Assert.StartsWith("0 files embedded (0 passages), 400 unchanged", updated.Output);
    }

    [Fact]
    public void ListsAreProbed()
    {
        Write(300);
        Assert.Equal(0, Run("index", "--output", Index, "--lists", "12", Files).Exit);
        Assert.Matches("inverted lists +12", CommandLine.Run("index", "--stats", Index).Output);
        string query = File.ReadAllText(Path.Combine(Files, "7.txt"));
        Outcome all = Run("search", "--index", Index, "-k3", query);
        Assert.Equal(all.Output, Run("search", "--index", Index, "-k3", "--probe", "12", query).Output);
        Assert.Equal(all.Lines[0], Run("search", "--index", Index, "-k1", "--probe", "1", query).Lines[0]);
        Assert.Equal(0, Run("index", "--output", Index + "2", Files).Exit);
        Outcome none = Run("search", "--index", Index + "2", "--probe", "2", query);
        Assert.Equal(1, none.Exit);
        Assert.Contains("has no lists to probe", none.ErrorLine);
        Refused(2, "--lists is fixed when an index is made", "--update", "--lists", "3");
    }

    [Fact]
    public void QueryBitsAreChosenForBinaryCodesAlone()
    {
        Write(300);
        Assert.Equal(0, Run("index", "--output", Index, "--rescore", "none", Files).Exit);
        string[] search = ["search", "--index", Index, "-k5", "--ranking", "dense", "--oversample", "1"];
        string query = "ships sail over the sea";
        string[] queries = [query, "the sky is blue", "sand", "rope and grass", "over the sea of sand", "a ship"];
        string[] found = [.. "148".Select(bits => All("--query-bits", $"{bits}"))];
        Assert.Equal(found[1], All());
        Assert.NotEqual(found[0], found[1]);
        Assert.NotEqual(found[1], found[2]);
        Outcome wrong = Run([.. search, "--query-bits", "2", query]);
        Assert.Equal(2, wrong.Exit);
        Assert.Contains("accepted: 1, 4, 8", wrong.ErrorLine);
        Assert.Equal(0, Run("index", "--output", Index + "2", "--code", "float16", Files).Exit);
        Outcome other = Run("search", "--index", Index + "2", "--query-bits", "4", query);
        Assert.Equal(1, other.Exit);
        Assert.Contains("query bits are chosen for binary codes; this index has Float16 codes", other.ErrorLine);
        Outcome files = Run("search", "--in", Files, "--query-bits", "4", query);
        Assert.Contains("--query-bits goes with --index", files.ErrorLine);

        string All(params string[] more) => string.Concat(queries.Select(text =>
        {
            Outcome one = Run([.. search, .. more, text]);
            Assert.Equal((0, ""), (one.Exit, one.Error));
            return one.Output;
        }));
    }

    [Theory]
    [InlineData("binary", "float16")]
    [InlineData("binary", "none")]
    [InlineData("bebr-2", "none")]
    [InlineData("pq-4", "none")]
    [InlineData("rabitq-4", "none")]
    [InlineData("float16", null)]
    public void ADiverseAnswerDoesNotSayTheSameTwice(string code, string? rescore)
    {
        Write(300);
        // Five texts with the same tokens, so with the same vector: the model's tokenizer lowers letters.
        string[] copies =
        [
            "ships sail over the sea.", "Ships sail over the sea.", "SHIPS sail over the sea.",
            "Ships Sail over the sea.", "Ships Sail Over The Sea.",
        ];
        for (int i = 0; i < copies.Length; i++)
            File.WriteAllText(Path.Combine(Files, $"copy{i}.txt"), copies[i] + "\n");
        string[] more = rescore is null ? [] : ["--rescore", rescore];
        Assert.Equal(0, Run(["index", "--output", Index, "--code", code, .. more, Files]).Exit);
        Outcome near = Run("search", "--index", Index, "-k5", "ships sail over the sea.");
        // The copies are the query: with 0.5, being like it and being like a copy of it would weigh the same.
        Outcome diverse = Run("search", "--index", Index, "-k5", "--diversity", "0.7", "ships sail over the sea.");
        Assert.Equal(5, near.Lines.Count(line => line.Contains("copy", StringComparison.Ordinal)));
        Assert.Equal(5, diverse.Lines.Length);
        Assert.Contains("copy0.txt", diverse.Lines[0]);
        Assert.Equal(1, diverse.Lines.Count(line => line.Contains("copy", StringComparison.Ordinal)));
        Assert.Equal(near.Output,
            Run("search", "--index", Index, "-k5", "--diversity", "0", "ships sail over the sea.").Output);
        Outcome wrong = Run("search", "--index", Index, "--diversity", "2", "sea");
        Assert.Equal(2, wrong.Exit);
        Assert.Contains("a number from 0 to 1", wrong.ErrorLine);
        Assert.Equal(2, Run("search", "--index", Index, "--diversity", "0.5", "--ranking", "bm25", "sea").Exit);
    }

    [Fact]
    public void TooFewPassagesAreRefused()
    {
        Write(20);
        Refused(1, "there are 20 passages, too few to fit this code and its lists to; at least 256 are needed", "--code", "pq-4");
        Assert.False(File.Exists(Path.Combine(Index, "manifest")));
        Assert.Equal(0, Run("index", "--output", Index, "--code", "bebr-2", "--rescore", "none", Files).Exit);
        Outcome found = Run("search", "--index", Index, "-k1", File.ReadAllText(Path.Combine(Files, "7.txt")));
        Assert.Contains("7.txt:1", found.Output);
        Refused(2, "--code is fixed when an index is made", "--update", "--code", "binary");
        Refused(2, "--attention is fixed when an index is made", "--update", "--attention", "causal");
    }

    [Fact]
    public void WhatDoesNotGoTogetherIsWrongUsage()
    {
        Write(20);
        Refused(2, "--code is 'bebr-9'; accepted: binary, bebr-1 to bebr-8, rabitq-1 to rabitq-4, pq-N",
            "--code", "bebr-9");
        Refused(2, "--code is 'pq'", "--code", "pq");
        Refused(2, "--code is 'rabitq-5'", "--code", "rabitq-5");
        Refused(2, "--pca is 'half'", "--pca", "half");
        Refused(2, "cuts vectors into 3 equal parts; 32 dimensions do not divide so", "--code", "pq-3");
        Refused(2, "keeps 33 components; the vectors have 32", "--pca", "33");
        Refused(2, "--lists is for binary codes", "--lists", "3", "--code", "float16");
        Refused(2, "do not go together", "--pca", "4", "--code", "int8");
        Refused(2, "--rescore is for binary, bebr, rabitq and pq", "--code", "float16", "--rescore", "float32");
    }

    private static string[] Scores(Outcome outcome) =>
        [.. outcome.Lines.Select(line =>
            double.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture).ToString("F3", null))];

    private void Refused(int exit, string message, params string[] flags)
    {
        Outcome outcome = Run(["index", "--output", Index, .. flags, Files]);
        Assert.Equal(exit, outcome.Exit);
        Assert.Contains(message, outcome.ErrorLine);
    }

    private Outcome Run(params string[] args) => CommandLine.Run([.. args, "--model", model.Folder]);

    // One passage each, no two the same.
    private void Write(int count)
    {
        Directory.CreateDirectory(Files);
        for (int i = 0; i < count; i++)
        {
            string text = string.Join(' ', new[] { 20, 17, 13, 11, 7, 3 }.Select(step => TinyModel.Words[i % step]));
            File.WriteAllText(Path.Combine(Files, $"{i}.txt"), $"{text}.\n");
        }
    }
}
