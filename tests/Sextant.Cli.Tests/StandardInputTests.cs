using System.Text;

namespace Sextant.Cli.Tests;

/// <summary>
/// "-" is standard input or refused, and text is read in the encoding that it says or the user names.
/// </summary>
public sealed class StandardInputTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private const string Text = "Straße, café, 10 € sea\n";

    private readonly string _root = Directory.CreateTempSubdirectory("sextant-input-").FullName;

    public static TheoryData<string, string?> Encodings => new()
    {
        { "utf-8", null },
        { "utf-8 bom", null },
        { "utf-16le bom", null },
        { "utf-16be bom", null },
        { "utf-16le", "utf-16le" },
        { "utf-16be", "utf-16be" },
        { "windows-1252", "cp1252" },
        { "windows-1252", "windows-1252" },
        { "utf-16be bom", "cp1252" }, // the mark goes before the flag
    };

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("-")]
    [InlineData("/dev/stdin")]
    public void ADashIsStandardInput(string dash)
    {
        string expected = CommandLine.Run("embed", "the sea", "sky", "--model", model.Folder).Output;
        Outcome outcome = CommandLine.RunWith("the sea\nsky\n", "embed", dash, "--model", model.Folder);
        Assert.Equal((0, "", expected), (outcome.Exit, outcome.Error, outcome.Output));
        Outcome named = CommandLine.RunWith("the sea\nsky\n", "embed", "--input", dash, "--model", model.Folder);
        Assert.Equal(expected, named.Output);
        Outcome tokens = CommandLine.RunWith("the sea\n", "tokenize", dash, "--model", model.Folder);
        Assert.Equal(CommandLine.Run("tokenize", "the sea", "--model", model.Folder).Output, tokens.Output);

        Outcome found = CommandLine.RunWith(
            "# one\n\nthe sea.\n", "search", "--in", dash, "sea", "--model", model.Folder, "--precision", "exact");
        Assert.Equal((0, ""), (found.Exit, found.Error));
        Assert.Equal("standard input:1", found.Lines[0].Split('\t')[2]);
    }

    [Theory]
    [InlineData("embed", "-", "text")]
    [InlineData("embed", "-", "--input", "x")]
    [InlineData("embed", "-", "-")]
    [InlineData("embed", "-", "--ids", "x")]
    [InlineData("search", "--in", ".", "-")]
    [InlineData("rerank", "--model", "x", "--input", "x", "-")]
    [InlineData("index", "--output", "x", "-")]
    [InlineData("index", "--output", "x", "/dev/stdin")]
    [InlineData("info", "-")]
    public void ADashElsewhereIsRefused(params string[] args)
    {
        Outcome outcome = CommandLine.Run(args);
        Assert.Equal((2, ""), (outcome.Exit, outcome.Output));
    }

    [Fact]
    public void BehindTwoDashesItIsAText() => Assert.Equal(
        2, CommandLine.RunWith("a\nb\nc\n", "embed", "--model", model.Folder, "--", "-", "/dev/stdin").Lines.Length);

    [Theory]
    [MemberData(nameof(Encodings))]
    public void TheSameTextInEveryEncodingIsTheSameText(string encoding, string? flag)
    {
        byte[] bytes = Bytes(encoding, Text);
        string[] flags = flag is null ? [] : ["--text-encoding", flag];
        string expected = CommandLine.Run("tokenize", Text.TrimEnd(), "--model", model.Folder).Output;
        string path = Path.Combine(_root, "a.txt");
        File.WriteAllBytes(path, bytes);
        foreach (int size in (int[])[1, 1000])
        {
            Outcome piped = RunOn(bytes, size, ["tokenize", "-", "--model", model.Folder, .. flags]);
            Assert.Equal((0, "", expected), (piped.Exit, piped.Error, piped.Output));
        }
        Outcome read = CommandLine.Run(["tokenize", "--input", path, "--model", model.Folder, .. flags]);
        Assert.Equal(expected, read.Output);

        string[] search = ["search", "sea", "--model", model.Folder, .. flags];
        Assert.EndsWith(":1\t" + Text.TrimEnd(), RunOn(bytes, 1, [.. search, "--in", "-"]).Output.TrimEnd());
        Assert.EndsWith(":1\t" + Text.TrimEnd(), CommandLine.Run([.. search, "--in", path]).Output.TrimEnd());
        string index = Path.Combine(_root, "idx");
        Assert.Equal(0, CommandLine.Run(["index", "--output", index, path, "--model", model.Folder, .. flags]).Exit);
        File.WriteAllBytes(path, Bytes(encoding, "ships, " + Text));
        Assert.Equal(0, CommandLine.Run("index", "--output", index, "--update", path).Exit);
        Outcome found = CommandLine.Run("search", "--index", index, "sea");
        Assert.EndsWith("\tships, " + Text.TrimEnd(), found.Output.TrimEnd());
    }

    [Fact]
    public void WhatIsNotOfTheEncodingIsSaidWithWhatToDo()
    {
        byte[] latin = Bytes("windows-1252", Text);
        File.WriteAllBytes(Path.Combine(_root, "latin.txt"), latin);
        File.WriteAllText(Path.Combine(_root, "good.txt"), "the sea.");
        Outcome outcome = CommandLine.Run("search", "--in", _root, "sea", "--model", model.Folder, "--list-skipped");
        Assert.Equal(0, outcome.Exit);
        Assert.Contains("latin.txt: not in the encoding of text (--text-encoding)", outcome.Error);
        Assert.Contains("not UTF-8", RunOn(latin, 9, ["embed", "-", "--model", model.Folder]).ErrorLine);
        Outcome found = RunOn(latin, 9, ["search", "--in", "-", "x", "--model", model.Folder]);
        Assert.Contains("--text-encoding", found.ErrorLine);
        Outcome odd = RunOn([0xFF, 0xFE, 0x00, 0xD8], 9, ["embed", "-", "--model", model.Folder]);
        Assert.Contains("standard input: line 1: not the encoding it should be", odd.ErrorLine);
        Outcome unknown = CommandLine.Run("embed", "-", "--text-encoding", "utf-9");
        Assert.Equal(2, unknown.Exit);
        Assert.Contains("windows-1252", unknown.ErrorLine);
        Assert.Equal(2, CommandLine.Run("embed", "text", "--text-encoding", "cp1252").Exit);
        Outcome binary = RunOn([(byte)'a', 0, (byte)'b'], 9, ["search", "--in", "-", "x", "--model", model.Folder]);
        Assert.Equal(1, binary.Exit);
        Assert.Contains("NUL", binary.ErrorLine);
    }

    private static byte[] Bytes(string name, string text)
    {
        Encoding encoding = Verbs.EncodingFlag.Named(name.Split(' ')[0]);
        byte[] mark = name.EndsWith("bom", StringComparison.Ordinal) ? encoding.GetBytes("\uFEFF") : [];
        return [.. mark, .. encoding.GetBytes(text)];
    }

    private static Outcome RunOn(byte[] input, int size, string[] args)
    {
        var streams = new Streams();
        streams.Terminal = streams.Terminal with { Input = new SlowStream(input, size) };
        return CommandLine.RunOn(streams, args);
    }

    // A pipe that gives a few bytes at a time.
    private sealed class SlowStream(byte[] bytes, int size) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, Math.Min(count, size));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, size)]);
    }
}
