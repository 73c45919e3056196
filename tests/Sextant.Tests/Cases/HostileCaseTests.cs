using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sextant.Tests.Weights;
using Sextant.Tokens;

namespace Sextant.Tests.Cases;

/// <summary>Files that grow a text, work on it without end, or do so while they are loaded.</summary>
public sealed class HostileCaseTests : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Theory]
    [InlineData("pretok-bytelevel-bomb", "é")]
    [InlineData("normalizer-bomb", "a")]
    public void AChainThatDoublesIsRefusedWithLittleMemory(string name, string text)
    {
        Tokenizer tokenizer = Tokenizer.LoadFile(Path.Combine(CaseFolder.Path("hostile"), name, "tokenizer.json"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<InvalidModelException>(() => tokenizer.CountTokens(text));
        Assert.Contains("make more than 65600 UTF-16 units of a text", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
        // The limit is that of the text, not of what was met before.
        Assert.Throws<InvalidModelException>(() => tokenizer.CountTokens(text));
    }

    [Fact]
    public void ARepeatedEmptyGroupLoads()
    {
        string file = Path.Combine(CaseFolder.Path("hostile"), "regex-empty-repeat", "tokenizer.json");
        Assert.Equal(1, Tokenizer.LoadFile(file).CountTokens("a"));
    }

    [Fact]
    public void AnAutomatonThatGrowsIsRefused()
    {
        string file = Path.Combine(CaseFolder.Path("hostile"), "crash-tokenizer-103-646", "tokenizer.json");
        var error = Assert.Throws<InvalidModelException>(() => Tokenizer.LoadFile(file));
        Assert.Contains("pattern.Regex", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(?:(?:a?){60}){30}b")]
    [InlineData("((((((a{2}){2}){2}){2}){2}){2}){9}")]
    [InlineData(@"[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}]{900}")]
    [InlineData(@"(\w|\d|\s|\p{Lu}|\p{Ll}|.){300}x")]
    [InlineData(@"(?:(?:)|(?:)|(?:)){9999}{9999}+")]
    public void APatternLoadsOrIsRefusedInBoundedSteps(string pattern)
    {
        var work = new PatternWork();
        try
        {
            _ = new TextPattern(PatternParser.Parse(pattern, work), work);
        }
        catch (PatternException)
        {
        }
        Assert.InRange(work.Steps, 0, PatternWork.StepLimit + 100_000);
    }

    [Fact]
    public void AllPatternsOfAFileShareALimit()
    {
        string split = Split(@"(?:a|b)*a(?:a|b){10}");
        string file = Write(string.Join(',', Enumerable.Repeat(split, 200)), "", 2);
        var error = Assert.Throws<InvalidModelException>(() => Tokenizer.LoadFile(file));
        Assert.Contains("steps to make the automata of this file's patterns", error.Message, StringComparison.Ordinal);
    }

    // Each position looks at the rest of the text, or a match looks far after its end: quadratic, so it is cut off.
    [Theory]
    [InlineData("a*b")]
    [InlineData("(?:a*b)?a")]
    [InlineData("(?:aa)*c|(?:aaa)*d")]
    public void APatternEndsInBoundedStepsOnAnyText(string pattern)
    {
        Tokenizer tokenizer = Tokenizer.LoadFile(Write(Split(pattern), "", 2));
        Assert.True(tokenizer.CountTokens(new string('a', 1000)) > 0);
        var error = Assert.Throws<InvalidModelException>(() => tokenizer.CountTokens(new string('a', 100_000)));
        Assert.Contains("take too much work for a text of 100000 UTF-16 units", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AddedTokensThatGrowAreRefusedWhenTheyAreLoaded()
    {
        string steps = string.Join(',', Enumerable.Repeat(
            """{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""", 40));
        string file = Write("", steps, 2, ["a"]);
        var error = Assert.Throws<InvalidModelException>(() => Tokenizer.LoadFile(file));
        Assert.Contains("UTF-16 units of a text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAddedTokenThatNearlyMatchesEverywhereIsCutOff()
    {
        Tokenizer tokenizer = Tokenizer.LoadFile(Write("", "", 2, [new string('a', 16_000) + "b"], normalized: false));
        Assert.Throws<InvalidModelException>(() => tokenizer.CountTokens(new string('a', 100_000)));
    }

    [Fact]
    public void DecodersThatGrowAreRefused()
    {
        string steps = string.Join(',', Enumerable.Repeat(
            """{"type":"Replace","pattern":{"String":"a"},"content":"aa"}""", 60));
        string file = Write("", "", 2, decoders: steps);
        Tokenizer tokenizer = Tokenizer.LoadFile(file);
        var error = Assert.Throws<InvalidModelException>(() => tokenizer.Decode([1]));
        Assert.Contains("UTF-16 units of a text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ALongPrependIsRefused()
    {
        string step = $$"""{"type":"Prepend","prepend":"{{new string('x', 70_000)}}"}""";
        Tokenizer tokenizer = Tokenizer.LoadFile(Write("", step, 2));
        Assert.Throws<InvalidModelException>(() => tokenizer.CountTokens("a"));
    }

    [Theory]
    [InlineData("normalizers")]
    [InlineData("pretokenizers")]
    [InlineData("decoders")]
    public void TooManyStepsAreRefused(string list)
    {
        const string Strip =
            """{"type":"Strip","strip_left":true,"strip_right":true,"content":"a","start":1,"stop":0}""";
        string step = list == "pretokenizers" ? """{"type":"Whitespace"}""" : Strip;
        string steps = string.Join(',', Enumerable.Repeat(step, 600));
        string file = list switch
        {
            "normalizers" => Write("", steps, 2),
            "pretokenizers" => Write(steps, "", 2),
            _ => Write("", "", 2, decoders: steps),
        };
        var error = Assert.Throws<InvalidModelException>(() => Tokenizer.LoadFile(file));
        Assert.Contains("512", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ManyAddedTokensInALongTextAreNotTooMuchWork()
    {
        Tokenizer tokenizer = Tokenizer.LoadFile(Write(Split(@"\s+"), "", 2, ["[X]"]));
        string text = string.Concat(Enumerable.Repeat("a [X] ", 100_000));
        Assert.True(tokenizer.CountTokens(text) >= 200_000);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("modules.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer_config.json")]
    [InlineData("vocab.txt")]
    [InlineData("1_Pooling/config.json")]
    public void APipeInAModelFolderIsRefusedWithoutWaiting(string file)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("A named pipe is no file on Windows.");
        CopyModel();
        string path = Path.Combine(_scratch.Path, file);
        File.Delete(path);
        using (var made = Process.Start("mkfifo", [path]))
            made.WaitForExit();
        RefusedAsNoFile();
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("vocab.txt")]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors")]
    public void ADeviceInAModelFolderIsRefusedUnread(string file)
    {
        if (!File.Exists("/dev/zero"))
            Assert.Skip("There is no /dev/zero.");
        CopyModel();
        string path = Path.Combine(_scratch.Path, file);
        File.Delete(path);
        File.CreateSymbolicLink(path, "/dev/zero");
        long before = GC.GetAllocatedBytesForCurrentThread();
        RefusedAsNoFile();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    private void RefusedAsNoFile()
    {
        var error = Assert.Throws<InvalidModelException>(() =>
        {
            using EmbeddingModel model = EmbeddingModel.Load(_scratch.Path, new() { Threads = 1 });
            model.Embed("the cat");
        });
        Assert.Contains("no regular file", error.Message, StringComparison.Ordinal);
    }

    private void CopyModel()
    {
        string source = CaseFolder.Path("M00");
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
            _scratch.Write(Path.GetRelativePath(source, file), File.ReadAllBytes(file));
    }

    private static string Split(string pattern) =>
        $$"""{"type":"Split","pattern":{"Regex":{{JsonSerializer.Serialize(pattern)}}},"behavior":"Isolated"}""";

    private string Write(string preTokenizers, string normalizers, int tokens, string[]? added = null,
        bool normalized = true, string decoders = "")
    {
        string vocabulary = string.Join(',', Enumerable.Range(0, tokens).Select(id => $"\"{"ua"[id]}\":{id}"));
        string flag = normalized ? "true" : "false";
        string list = string.Join(',', (added ?? []).Select(content => $$"""
            {"id":9,"content":"{{content}}","single_word":false,"lstrip":false,"rstrip":false,
             "normalized":{{flag}},"special":false}
            """));
        return _scratch.Write("hostile.json", Encoding.UTF8.GetBytes($$"""
            {"version":"1.0","added_tokens":[{{list}}],
             "normalizer":{"type":"Sequence","normalizers":[{{normalizers}}]},
             "pre_tokenizer":{"type":"Sequence","pretokenizers":[{{preTokenizers}}]},
             "decoder":{"type":"Sequence","decoders":[{{decoders}}]},
             "model":{"type":"WordLevel","unk_token":"u","vocab":{ {{vocabulary}} } } }
            """));
    }
}
