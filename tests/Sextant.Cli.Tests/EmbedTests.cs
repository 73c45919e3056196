using System.Text;
using System.Text.Json;

namespace Sextant.Cli.Tests;

public sealed class EmbedTests(TinyModel model) : IClassFixture<TinyModel>
{
    [Fact]
    public void ALineOfJsonForEachText()
    {
        Outcome outcome = Embed("the sky is blue", "hello");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.Equal(2, outcome.Lines.Length);
        Assert.StartsWith("{\"index\":0,\"tokens\":6,\"truncated\":0,\"unknown\":0,\"embedding\":[", outcome.Lines[0]);
        Assert.StartsWith("{\"index\":1,\"tokens\":3,\"truncated\":0,\"unknown\":0,\"embedding\":[", outcome.Lines[1]);
        using EmbeddingModel loaded = EmbeddingModel.Load(model.Folder);
        // The digits read back to the same bits.
        Assert.Equal(loaded.Embed("the sky is blue"), Vector(outcome.Lines[0]));
    }

    [Fact]
    public void APromptStandsBeforeTheText()
    {
        Outcome outcome = Embed("is blue", "--prompt-text", "the sky ");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.Equal(Vector(Embed("the sky is blue").Lines[0]), Vector(outcome.Lines[0]));
        Assert.Equal(1, Embed("is blue", "--prompt", "nobody").Exit);
        Outcome both = Embed("is blue", "--prompt", "query", "--prompt-text", "the sky ");
        Assert.Equal(2, both.Exit);
        Assert.Contains("both given", both.ErrorLine);
    }

    [Fact]
    public void AllFormatsHoldTheSameFloats()
    {
        float[][] expected = [.. Embed("one", "two two", "").Lines.Select(Vector)];

        using JsonDocument json = JsonDocument.Parse(Embed("one", "two two", "", "--format", "json").Bytes);
        Assert.Equal(expected, json.RootElement.EnumerateArray().Select(one => Vector(one.GetRawText())));
        Assert.Equal([0, 1, 2], json.RootElement.EnumerateArray().Select(one => one.GetProperty("index").GetInt32()));

        byte[] raw = Embed("one", "two two", "", "--format", "f32").Bytes;
        Assert.Equal(expected.SelectMany(row => row), Floats(raw));

        byte[] npy = Embed("one", "two two", "", "--format", "npy").Bytes;
        AssertNumPy(npy, 3, TinyModel.Hidden);
        Assert.Equal(raw, npy[128..]);
    }

    [Fact]
    public void AFileOfNumPyIsTheSameAsAPipe()
    {
        string path = Path.Combine(model.Folder, "vectors.npy");
        Outcome outcome = Embed("one", "two two", "--format", "npy", "--output", path);
        Assert.Equal((0, "", ""), (outcome.Exit, outcome.Output, outcome.Error));
        Assert.Equal(Embed("one", "two two", "--format", "npy").Bytes, File.ReadAllBytes(path));
        Assert.Empty(Directory.GetFiles(model.Folder, "*.partial"));
    }

    [Theory]
    [InlineData("jsonl", "")]
    [InlineData("json", "[]\n")]
    [InlineData("f32", "")]
    public void NoTextsGiveAnEmptyResult(string format, string expected)
    {
        Outcome outcome = EmbedInput("", "--format", format);
        Assert.Equal((0, expected, ""), (outcome.Exit, outcome.Output, outcome.Error));
    }

    [Fact]
    public void NoTextsGiveAnArrayOfNoRows() =>
        AssertNumPy(EmbedInput("", "--format", "npy").Bytes, 0, TinyModel.Hidden);

    [Theory]
    [InlineData("one\n\ntwo three\n")]
    [InlineData("one\n\ntwo three")]
    [InlineData("one\r\n\r\ntwo three\r\n")]
    [InlineData("\uFEFFone\n\ntwo three\n")]
    public void AnEmptyLineKeepsItsIndexAndAnEndOfTheLastLineBeginsNone(string input)
    {
        Outcome outcome = EmbedInput(input);
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.Equal([3, 2, 4], outcome.Lines.Select(line => Parse(line).GetProperty("tokens").GetInt32()));
        Assert.Equal(Embed("one", "", "two three").Output, outcome.Output);
    }

    [Fact]
    public void JsonLinesAreKnownByTheirEndingOrByTheFlag()
    {
        const string Lines = "{\"text\":\"hello \\\"world\\\"\",\"id\":7}\n{\"x\":[1],\"text\":\"\"}\n";
        string path = Path.Combine(model.Folder, "texts.jsonl");
        File.WriteAllText(path, Lines);
        string expected = Embed("hello \"world\"", "").Output;
        Assert.Equal(expected, Embed("--input", path).Output);
        Assert.Equal(expected, EmbedInput(Lines, "--input-format", "jsonl").Output);
        Assert.NotEqual(expected, Embed("--input", path, "--input-format", "text").Output);
    }

    [Theory]
    [InlineData("{\"text\":\"one\"}\n{\"text\":2}\n", "line 2: 'text' is the number 2; a string is needed")]
    [InlineData("{\"text\":\"one\"}\n\n", "line 2: empty")]
    [InlineData("{\"text\":\"one\"}\n\"two\"\n", "line 2: an object with a 'text' field")]
    [InlineData("{\"title\":\"one\"}", "line 1: there is no 'text' field")]
    [InlineData("{\"text\":\"one\"", "line 1: not JSON")]
    [InlineData("{\"text\":\"\\ud800\"}", "line 1: 'text' is not Unicode")]
    [InlineData("{\"text\":\"one\"}\n{\"\\ud800\":1,\"text\":\"a\"}\n", "line 2: the name of a field (at byte 1 of the ")]
    [InlineData("{\"a\":[{\"\\udc00\\ud800\":1}],\"text\":\"a\"}", "line 1: the name of a field (at byte 7 of the ")]
    public void ABrokenLineOfJsonIsNamed(string input, string part)
    {
        Outcome outcome = EmbedInput(input, "--input-format", "jsonl");
        Assert.Equal(1, outcome.Exit);
        Assert.Contains("standard input: " + part, outcome.ErrorLine);
    }

    [Fact]
    public void ALineThatIsNotUtf8IsNamed()
    {
        string path = Path.Combine(model.Folder, "latin1.txt");
        File.WriteAllBytes(path, [.. "one\nZ"u8, 0xFC, .. "rich\n"u8]);
        Outcome outcome = Embed("--input", path);
        Assert.Equal(1, outcome.Exit);
        Assert.Contains($"{path}: line 2: not UTF-8", outcome.ErrorLine);
    }

    [Fact]
    public void IdsNeedNoTokenizer()
    {
        using var bare = new TinyModel();
        File.Delete(Path.Combine(bare.Folder, "vocab.txt"));
        const string Ids = "[2,5,6,3]\n{\"ids\":[2,5,6,3],\"token_type_ids\":[0,0,0,0]}\n{\"ids\":[7]}\n";
        Outcome outcome = CommandLine.RunWith(Ids, "embed", "--model", bare.Folder, "--ids", "-");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.Equal([4, 4, 1], outcome.Lines.Select(line => Parse(line).GetProperty("tokens").GetInt32()));
        Assert.Equal(Vector(outcome.Lines[0]), Vector(outcome.Lines[1]));
        Assert.NotEqual(Vector(outcome.Lines[0]), Vector(outcome.Lines[2]));
        // 5 and 6 are "the" and "sky": the same bits as from the text.
        Assert.Equal(Vector(Embed("the sky").Lines[0]), Vector(outcome.Lines[0]));
    }

    [Theory]
    [InlineData("[1,2]\n[1,-2]", "line 2: 'ids' holds the number -2 at position 1")]
    [InlineData("[1,2.5]", "line 1: 'ids' holds the number 2.5 at position 1")]
    [InlineData("[1,99999999999]", "line 1: 'ids' holds the number 99999999999 at position 1")]
    [InlineData("[1,\"2\"]", "line 1: 'ids' holds a string at position 1")]
    [InlineData("{\"ids\":[1,2],\"token_type_ids\":[0]}", "line 1: 2 ids, but 1 token_type_ids")]
    [InlineData("{\"tokens\":[1,2]}", "line 1: an array of token ids")]
    [InlineData("7", "line 1: an array of token ids")]
    [InlineData("[1,2]\n[1,5000]", "sequence 1: ")]
    public void BrokenIdsAreNamed(string input, string part)
    {
        Outcome outcome = CommandLine.RunWith(input, "embed", "--model", model.Folder, "--ids", "-");
        Assert.Equal(1, outcome.Exit);
        Assert.Contains(part, outcome.ErrorLine);
    }

    [Fact]
    public void ATextThatIsTooLongIsCutAndReported()
    {
        string text = string.Join(' ', Enumerable.Repeat("one", 100));
        Outcome right = Embed(text, "two");
        Assert.Equal(0, right.Exit);
        Assert.StartsWith("{\"index\":0,\"tokens\":64,\"truncated\":38,", right.Lines[0]);
        Assert.Contains("warning: 1 of 2 texts lost their end: 38 tokens", right.ErrorLine);
        Assert.Contains("lost their beginning", Embed(text, "--truncate", "left").ErrorLine);

        Outcome error = Embed("two", text, "--truncate", "error");
        Assert.Equal((1, ""), (error.Exit, error.Output));
        Assert.Contains("text 1: 102 tokens", error.ErrorLine);
    }

    [Fact]
    public void ManyTextsAreBatchedAndNumberedThrough()
    {
        var input = new StringBuilder();
        for (int i = 0; i < 5000; i++)
            input.Append(TinyModel.Words[i % TinyModel.Words.Length]).Append('\n');
        Outcome outcome = EmbedInput(input.ToString(), "--dimensions", "2");
        Assert.Equal(5000, outcome.Lines.Length);
        Assert.StartsWith("{\"index\":4999,", outcome.Lines[4999]);
        Assert.Equal(Vector(outcome.Lines[0]), Vector(outcome.Lines[TinyModel.Words.Length * 190]));

        input.Append(string.Join(' ', Enumerable.Repeat("one", 100)));
        Assert.Contains("text 5000: 102 tokens", EmbedInput(input.ToString(), "--truncate", "error").ErrorLine);
    }

    [Fact]
    public void TheDimensionsAreCut()
    {
        Assert.Equal(8, Vector(Embed("one", "--dimensions", "8").Lines[0]).Length);
        Outcome outcome = Embed("one", "--dimensions", "33");
        Assert.Equal((1, ""), (outcome.Exit, outcome.Output));
        Assert.Contains("33", outcome.ErrorLine);
    }

    [Fact]
    public void ATextMayBeginWithADash() => Assert.Equal(3, Embed("--", "-k", "--help", "x").Lines.Length);

    private static void AssertNumPy(byte[] npy, int rows, int columns)
    {
        // https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1.0
        Assert.Equal([0x93, .. "NUMPY"u8, 1, 0], npy[..8]);
        int length = BitConverter.ToUInt16(npy, 8);
        Assert.Equal(0, (10 + length) % 64);
        string header = Encoding.ASCII.GetString(npy, 10, length);
        Assert.Equal($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}", header.TrimEnd());
        Assert.EndsWith("\n", header);
        Assert.Equal(10 + length + (rows * columns * 4), npy.Length);
    }

    private static float[] Floats(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, 4 * i))];

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;

    private static float[] Vector(string line) =>
        [.. Parse(line).GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle())];

    private Outcome Embed(params string[] args) => CommandLine.Run(["embed", "--model", model.Folder, .. args]);

    private Outcome EmbedInput(string input, params string[] args) =>
        CommandLine.RunWith(input, ["embed", "--model", model.Folder, "--input", "-", .. args]);
}
