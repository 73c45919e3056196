using Sextant.Cli.Caches;
using Sextant.Cli.Outputs;
using Sextant.Cli.Verbs;
using Sextant.Passages;
using Sextant.Runtime;
using Sextant.Tests.Search;

namespace Sextant.Cli.Tests;

public sealed class PassageCacheTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-cached-").FullName;

    private string Folder => Path.Combine(_root, "cache");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void WhatIsKeptIsNotEmbeddedAgain()
    {
        string file = Write("a.txt", "the sea.\n\nthe sky is blue.");
        using EmbeddingModel loaded = EmbeddingModel.Load(model.Folder);
        EmbeddedPassages first = Read(loaded, Cache());
        Assert.Equal(first.Vectors.Row(0), loaded.Embed(first.Passages.Passage(0).Text));
        // Other vectors under the same key: if they come back, nothing was embedded.
        float[] other = new float[TinyModel.Hidden * first.Passages.Count];
        other[3] = 1;
        Cache().Put(file, Indexes.FileFingerprint.Of(file), CachedFile.Of(
            file, All(first), other, [.. All(first).Select(_ => new TextReport(5, 1, 2))], TermAnalyzer.English));
        EmbeddedPassages second = Read(loaded, Cache());
        Assert.Equal(All(first), All(second));
        Assert.Equal(other, second.Vectors.Row(0).ToArray());
        Assert.Equal(first.Passages.Count, second.Truncated);
        Assert.Equal(first.Vectors.Row(0), Read(loaded, null).Vectors.Row(0));
    }

    [Fact]
    public void TermsOfFilesScoreAsOneIndexDoes()
    {
        string[] texts =
        [
            "# The sea\n\nthe sea, the sea! 海 and the sky", "the sky is blue; --dry-run keeps the sea.", "nothing\n",
            "Sailing ships sail. A ship.", "ſea ﬁsh 𝒳 café",
        ];
        var files = new FilePassages();
        var index = new ReferenceBm25();
        for (int i = 0; i < texts.Length; i++)
        {
            Passage[] passages =
            [
                .. texts[i].Split('\n').Select((text, line) => new Passage("f", line, line, 0, text.Length, 1, text)),
            ];
            files.Add(CachedFile.Of("f", passages, [], [], TermAnalyzer.English));
            foreach (Passage passage in passages)
                index.Add(TermAnalyzer.English.Terms(passage.Text));
        }
        Assert.Equal(index.Count, files.Count);
        foreach (string query in (string[])["the sea sea", "--dry-run ship", "海", "𝒳 café ſea", "nowhere", ""])
        {
            List<string> terms = TermAnalyzer.English.Terms(query);
            float[] expected = new float[index.Count];
            index.Score(terms, expected);
            Assert.Equal(expected, files.TermScores(terms));
        }
    }

    [Fact]
    public void WordsAloneNeedNoWeights()
    {
        Write("a.txt", "the sea.");
        string folder = Path.Combine(_root, "model");
        foreach (string file in Directory.GetFiles(model.Folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(model.Folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (!file.EndsWith(".safetensors", StringComparison.Ordinal))
                File.Copy(file, copy);
        }
        string[] search = ["search", "--in", Path.Combine(_root, "files"), "--ranking", "bm25", "--model"];
        Outcome expected = CommandLine.Run([.. search, model.Folder, "sea"]);
        Assert.Contains("the sea.", expected.Output, StringComparison.Ordinal);
        Assert.Equal(expected.Output, CommandLine.Run([.. search, folder, "sea"]).Output);
        Assert.Equal(expected.Output, CommandLine.Run([.. search, folder, "--no-cache", "sea"]).Output);
    }

    [Fact]
    public void ChangedTextsOptionsAndModelsAreOtherKeys()
    {
        string file = Write("a.txt", "the sea.");
        using EmbeddingModel loaded = EmbeddingModel.Load(model.Folder);
        Read(loaded, Cache());
        Assert.NotNull(Cache().Find(file, Indexes.FileFingerprint.Of(file)));
        Assert.Null(Cache("another model").Find(file, Indexes.FileFingerprint.Of(file)));
        string page = Write("a.html", "the sea.");
        Assert.Null(Cache().Find(page, Indexes.FileFingerprint.Of(page)));
        Write("a.txt", "the sky.");
        Assert.Null(Cache().Find(file, Indexes.FileFingerprint.Of(file)));
        Assert.Equal("the sky.", All(Read(loaded, Cache()))[^1].Text);
    }

    [Fact]
    public void DamageAndOtherWidthsAreNotThere()
    {
        string file = Write("a.txt", "the sea.");
        using EmbeddingModel loaded = EmbeddingModel.Load(model.Folder);
        EmbeddedPassages whole = Read(loaded, Cache());
        string entry = Assert.Single(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories));
        byte[] bytes = File.ReadAllBytes(entry);
        foreach (int length in (int[])[0, 10, 40, bytes.Length - 1])
        {
            File.WriteAllBytes(entry, bytes[..length]);
            Assert.Null(Cache().Find(file, Indexes.FileFingerprint.Of(file)));
        }
        bytes[^1] ^= 1;
        File.WriteAllBytes(entry, bytes);
        EmbeddedPassages again = Read(loaded, Cache());
        Assert.Equal(whole.Vectors.Row(0), again.Vectors.Row(0));
        Assert.Null(new PassageCache(Folder, [], 8, long.MaxValue).Find(file, Indexes.FileFingerprint.Of(file)));
    }

    [Fact]
    public void WhatWasUsedLastIsKept()
    {
        using EmbeddingModel loaded = EmbeddingModel.Load(model.Folder);
        string old = Write("a.txt", "the sea.");
        Read(loaded, Cache());
        string entry = Assert.Single(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories));
        File.SetLastWriteTimeUtc(entry, DateTime.UtcNow.AddDays(-1));
        long size = new FileInfo(entry).Length;
        File.Delete(old);
        string next = Write("b.txt", "the sky.");
        Read(loaded, Cache(maxBytes: size));
        Assert.False(File.Exists(entry));
        Assert.NotNull(Cache().Find(next, Indexes.FileFingerprint.Of(next)));
    }

    [Fact]
    public void TheToolKeepsNothingWhereItIsTold()
    {
        Write("a.txt", "the sea.");
        string before = Environment.GetEnvironmentVariable(UserCache.Variable)!;
        int Files() => Directory.Exists(before) ? Directory.GetFiles(before, "*", SearchOption.AllDirectories).Length : 0;
        string[] search = ["search", "--model", model.Folder, "--in", Path.Combine(_root, "files"), "the sea."];
        string expected = CommandLine.Run([.. search, "--no-cache"]).Output;
        Assert.NotEmpty(expected);
        Assert.Equal(expected, CommandLine.Run(search).Output);
        Assert.NotEqual(0, Files());
        Assert.Equal(expected, CommandLine.Run(search).Output);
    }

    [Fact]
    public void AFolderThatOthersMayWriteIsNotUsed()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("modes are Unix's");
            return;
        }
        string path = Write("a.txt", "the sea.");
        using var loaded = EmbeddingModel.Load(model.Folder);
        Read(loaded, Cache());
        string checksum = Indexes.FileFingerprint.Of(path);
        Assert.NotNull(Cache().Find(path, checksum));
        string entry = Assert.Single(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(entry));
        UnixFileMode mode = File.GetUnixFileMode(Folder);
        File.SetUnixFileMode(Folder, mode | UnixFileMode.OtherWrite);
        Assert.Null(Cache().Find(path, checksum));
        Write("b.txt", "the sky.");
        Read(loaded, Cache());
        Assert.Single(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories));
        File.SetUnixFileMode(Folder, mode);
        Assert.NotNull(Cache().Find(path, checksum));
    }

    private PassageCache Cache(string name = "a model", long maxBytes = long.MaxValue) =>
        new(Folder, [new("model", name)], TinyModel.Hidden, maxBytes);

    private EmbeddedPassages Read(EmbeddingModel loaded, PassageCache? cache)
    {
        var terminal = new Terminal(Stream.Null, Stream.Null, TextWriter.Null);
        var passages = new EmbeddedPassages(
            loaded, PassageFlags.Reader(loaded.Tokenizer, new PassageOptions { Chunk = 32, Overlap = 8 }),
            TermAnalyzer.English, cache, null, terminal);
        using var progress = new ProgressLine(terminal, "passages");
        passages.Read(
            FoundFiles.Begin([Path.Combine(_root, "files")], checksums: true, default), input: false,
            skipped => Assert.Fail(skipped.Path), progress);
        return passages;
    }

    private static List<Passage> All(EmbeddedPassages read) =>
        [.. Enumerable.Range(0, read.Passages.Count).Select(read.Passages.Passage)];

    private string Write(string name, string text)
    {
        string path = Path.Combine(_root, "files", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
