using System.Text;
using Sextant.Passages;

namespace Sextant.Tests.Passages;

public sealed class TextFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-").FullName;
    private readonly List<SkippedPath> _skipped = [];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void FilesComeInOrdinalOrderAndWhatIsLeftOutIsSaid()
    {
        string[] names =
        [
            "b.txt", "B.txt", "a/z.txt", "a.txt", "a/b/c.md", ".hidden", ".git/config", "bin/x.txt", "src/obj/y",
            "c/node_modules/z",
        ];
        foreach (string name in names)
            Write(name, "text");
        Write("empty.txt", "");

        Assert.Equal(["B.txt", "a/b/c.md", "a/z.txt", "a.txt", "b.txt"], Find(_root).Select(Relative));
        Assert.Equal(
            [
                (".git", SkipReason.Hidden), (".hidden", SkipReason.Hidden), ("bin", SkipReason.BuildFolder),
                ("c/node_modules", SkipReason.BuildFolder), ("empty.txt", SkipReason.Empty),
                ("src/obj", SkipReason.BuildFolder),
            ],
            _skipped.Select(one => (Relative(one.Path), one.Reason)).OrderBy(one => one.Item1, StringComparer.Ordinal));
    }

    [Fact]
    public void WhatIsNamedIsTakenAndOnlyOnce()
    {
        string hidden = Write(".hidden/a.txt", "text");
        Assert.Equal([hidden], Find(hidden, Path.Combine(_root, ".hidden"), hidden));
        Assert.Empty(_skipped);
    }

    [Fact]
    public void WhatDoesNotExistIsAnError()
    {
        string path = Path.Combine(_root, "none");
        Assert.Contains(path, Assert.Throws<FileNotFoundException>(() => Find(path)).Message);
    }

    [Fact]
    public void LinksAreNotFollowedSoLoopsCannotBe()
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Making links needs a privilege on Windows.");
        Write("a/b.txt", "text");
        Directory.CreateSymbolicLink(Path.Combine(_root, "a", "loop"), _root);
        File.CreateSymbolicLink(Path.Combine(_root, "a", "other.txt"), Path.Combine(_root, "a", "b.txt"));
        File.CreateSymbolicLink(Path.Combine(_root, "a", "gone.txt"), Path.Combine(_root, "none"));

        Assert.Equal(["a/b.txt"], Find(_root).Select(Relative));
        Assert.Equal(
            ["a/gone.txt", "a/loop", "a/other.txt"],
            _skipped.Where(one => one.Reason == SkipReason.Link).Select(one => Relative(one.Path)).Order(
                StringComparer.Ordinal));
    }

    [Fact]
    public void EncodingsAreKnownByTheirMarks()
    {
        const string Text = "Zürich \U0001F600 今日\r\n";
        Encoding[] encodings =
        [
            new UTF8Encoding(false), new UTF8Encoding(true), new UnicodeEncoding(false, true),
            new UnicodeEncoding(true, true),
            new UTF32Encoding(false, true), new UTF32Encoding(true, true),
        ];
        foreach (Encoding encoding in encodings)
        {
            string path = Path.Combine(_root, "text");
            File.WriteAllBytes(path, [.. encoding.GetPreamble(), .. encoding.GetBytes(Text)]);
            using StreamReader? reader = TextFile.Open(path, out _);
            Assert.Equal(Text, reader?.ReadToEnd());
        }
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', 0, (byte)'b' }, SkipReason.Binary)]
    [InlineData(new byte[] { (byte)'a', 0xE9, (byte)'b' }, SkipReason.NotUnicode)]
    [InlineData(new byte[] { (byte)'a', 0xE4, 0xBB }, SkipReason.NotUnicode)]
    [InlineData(new byte[] { 0xC0, 0x80 }, SkipReason.NotUnicode)]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x00, 0xD8 }, SkipReason.NotUnicode)]
    [InlineData(new byte[] { }, SkipReason.Empty)]
    public void WhatIsNotTextIsSkipped(byte[] content, SkipReason expected)
    {
        string path = Path.Combine(_root, "file");
        File.WriteAllBytes(path, content);
        Assert.Null(TextFile.Open(path, out SkippedPath skipped));
        Assert.Equal(new SkippedPath(path, expected), skipped);
    }

    [Fact]
    public void ABinaryEndOfALargeFileGivesNoPassageOfItsBeginning()
    {
        string path = Write("large.txt", string.Concat(Enumerable.Repeat("All is well here. ", 20_000)) + "\0");
        Write("z.txt", "Some text.");
        Passage passage = Assert.Single(new PassageReader(text => text.Length / 4).ReadFiles([_root], _skipped.Add));
        Assert.Equal("z.txt", Relative(passage.File));
        Assert.Equal([new SkippedPath(path, SkipReason.Binary)], _skipped);
    }

    [Fact]
    public void WhatMayNotBeReadIsSaidAndTheRestIsRead()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has other permissions.");
            return;
        }
        if (Environment.UserName == "root")
            Assert.Skip("This user may read everything.");
        string locked = Write("a.txt", "text");
        string folder = Path.GetDirectoryName(Write("b/c.txt", "text"))!;
        Write("d.txt", "text");
        File.SetUnixFileMode(locked, UnixFileMode.None);
        File.SetUnixFileMode(folder, UnixFileMode.None);
        try
        {
            Passage passage = Assert.Single(new PassageReader(_ => 1).ReadFiles([_root], _skipped.Add));
            Assert.Equal("d.txt", Relative(passage.File));
            Assert.Equal([locked, folder],
                _skipped.Where(one => one.Reason == SkipReason.Unreadable).Select(one => one.Path).Order());
        }
        finally
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string[] Find(params string[] paths) => [.. TextFiles.Find(paths, _skipped.Add)];

    private string Relative(string path) => Path.GetRelativePath(_root, path).Replace('\\', '/');

    private string Write(string name, string text)
    {
        string path = Path.Combine(_root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
