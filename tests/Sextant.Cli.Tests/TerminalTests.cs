using System.Text;
using System.Text.Json;
using Sextant.Cli.Outputs;

namespace Sextant.Cli.Tests;

/// <summary>
/// No control character of a file, a name or a path reaches a terminal; data elsewhere stays what it is.
/// </summary>
public sealed class TerminalTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    // An escape code, its C1 form, an override of the direction, an isolate, a bell, a carriage return.
    private const string Hostile = "\u001b[31mred\u009b31m \u202Egnp.exe\u2066 \u0007\r over";

    private readonly string _root = Directory.CreateTempSubdirectory("sextant-\u001b[31m-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void EveryUnsafeCharacterIsEscapedAndNothingElse()
    {
        for (int c = 0; c < 0x10000; c++)
        {
            if (char.IsSurrogate((char)c))
                continue;
            bool isUnsafe = c is < 0x20 or (>= 0x7F and <= 0x9F) or (>= 0x202A and <= 0x202E)
                or (>= 0x2066 and <= 0x2069);
            string clean = TerminalText.Clean($"a{(char)c}b");
            Assert.Equal(isUnsafe, clean != $"a{(char)c}b");
            Assert.DoesNotContain(clean, TerminalText.IsUnsafe);
            Assert.Equal($"a{(char)c}b", JsonSerializer.Deserialize<string>(
                '"' + (c is '"' or '\\' ? $"a\\{(char)c}b" : clean) + '"'));
        }
        Assert.Equal("今日 👍 é", TerminalText.Clean("今日 👍 é"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    public void BytesAreCleanedWhereverTheyAreCut(int size)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes("今\t" + Hostile + "\n👍"), 0x9B, (byte)'m'];
        using var inner = new MemoryStream();
        using (var clean = new CleanStream(inner))
        {
            for (int i = 0; i < bytes.Length; i += size)
                clean.Write(bytes.AsSpan(i, Math.Min(size, bytes.Length - i)));
        }
        Assert.Equal(
            @"今" + "\t" + @"\u001b[31mred\u009b31m \u202egnp.exe\u2066 \u0007\r over" + "\n👍\uFFFDm",
            Encoding.UTF8.GetString(inner.ToArray()));
    }

    [Theory]
    [InlineData("esc-type")]
    [InlineData("esc-token")]
    [InlineData("esc-unk")]
    public void ATokenizersNamesAreHarmless(string name)
    {
        foreach (string format in (string[])["table", "jsonl"])
        {
            Outcome outcome = OnTerminal(
                "tokenize", "\u001b[31mred", "--model", Checkout.Case(Path.Combine("hostile", name)), "--format",
                format);
            AssertHarmless(outcome);
            Assert.True(outcome.Error.Length + outcome.Output.Length > 0);
        }
    }

    [Fact]
    public void AnIndexsNamesAreHarmless()
    {
        AssertHarmless(OnTerminal("index", "--stats", Checkout.Case(Path.Combine("hostile", "hostile-index"))));
        AssertHarmless(OnTerminal("search", "--index", Checkout.Case(Path.Combine("hostile", "hostile-index")), "x"));
    }

    [Fact]
    public void PathsTextsAndFlagsAreHarmless()
    {
        Write("a\u001b]0;b\u202Ec.txt", "the sea " + Hostile + ".");
        Write("b\u009b.bin", "\0");
        string index = Path.Combine(_root, "idx");
        Outcome[] outcomes =
        [
            OnTerminal("search", "--in", _root, "sea", "--model", model.Folder, "--list-skipped"),
            OnTerminal("search", "--in", _root, "sea", "--model", model.Folder, "--format", "json"),
            OnTerminal("search", "--in", _root + Hostile, "sea"),
            OnTerminal("index", "--output", index, _root, "--model", model.Folder, "--attribute", "a=" + Hostile),
            OnTerminal("index", "--stats", index),
            OnTerminal("search", "--index", index, "sea"),
            OnTerminal("embed", "--model", Hostile, "text"),
            OnTerminal("embed", Hostile, "--model", model.Folder),
            OnTerminal(Hostile),
            OnTerminal("embed", "--" + Hostile),
            OnTerminal("eval", "--sts", Hostile),
            OnTerminal("info", "--model", model.Folder, "--prompt", Hostile),
            OnTerminal("bench", "compare", Hostile, "b"),
        ];
        Assert.All(outcomes, AssertHarmless);
        Assert.Equal([0, 0, 1, 0, 0, 0], outcomes[..6].Select(one => one.Exit));
        Assert.Contains(@"a\u001b]0;b\u202ec.txt:1", outcomes[0].Output, StringComparison.Ordinal);
        Assert.Contains(@"skipped " + TerminalText.Clean(_root) + @"/b\u009b.bin: binary", outcomes[0].Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public void JsonKeepsTheData()
    {
        Write("a.txt", "the sea " + Hostile + ".");
        foreach (bool isTerminal in (bool[])[false, true])
        {
            var streams = new Streams();
            streams.Terminal = streams.Terminal with { OutputIsTerminal = isTerminal };
            Outcome outcome = CommandLine.RunOn(
                streams, "search", "--in", _root, "sea", "--model", model.Folder, "--format", "json");
            Assert.DoesNotContain(outcome.Output, c => c != '\n' && TerminalText.IsUnsafe(c));
            JsonElement hit = JsonDocument.Parse(outcome.Output).RootElement[0];
            Assert.Equal("the sea " + Hostile + ".", hit.GetProperty("text").GetString());
            Assert.Equal(Path.Combine(_root, "a.txt"), hit.GetProperty("file").GetString());
        }
    }

    private static void AssertHarmless(Outcome outcome)
    {
        Assert.DoesNotContain(outcome.Output, c => c is not ('\n' or '\t') && TerminalText.IsUnsafe(c));
        Assert.DoesNotContain(
            outcome.Error.ReplaceLineEndings("\n"), c => c is not '\n' && TerminalText.IsUnsafe(c));
        Assert.DoesNotContain("defect", outcome.Error, StringComparison.Ordinal);
    }

    private static Outcome OnTerminal(params string[] args)
    {
        var streams = new Streams();
        streams.Terminal = streams.Terminal with { OutputIsTerminal = true };
        return CommandLine.RunOn(streams, args);
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_root, name), text);
}
