namespace Sextant.Cli.Tests;

public sealed class TokenizeTests(TinyModel model) : IClassFixture<TinyModel>
{
    // Ids are positions in the vocabulary: five special tokens, then TinyModel.Words.
    [Fact]
    public void JsonLinesHaveIdsTokensTypesAndPlaces()
    {
        Outcome outcome = Tokenize("Hello  world", "", "--format", "jsonl");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        Assert.Equal(
            [
                """{"index":0,"ids":[2,11,12,3],"tokens":["[CLS]","hello","world","[SEP]"],"type_ids":"""
                + """[0,0,0,0],"offsets":[[0,0],[0,5],[7,12],[0,0]]}""",
                """{"index":1,"ids":[2,3],"tokens":["[CLS]","[SEP]"],"type_ids":[0,0],"offsets":[[0,0],[0,0]]}""",
            ],
            outcome.Lines);
    }

    [Theory]
    [InlineData("utf16", "[[0,0],[0,2],[3,6],[0,0]]")]
    [InlineData("codepoints", "[[0,0],[0,1],[2,5],[0,0]]")]
    public void PlacesCountWhatIsAskedFor(string unit, string expected) => Assert.Contains(
        $"\"offsets\":{expected}", Tokenize("\U0001F600 sky", "--format", "jsonl", "--offsets", unit).Output);

    [Fact]
    public void APairHasTypesAndItsOwnPlaces()
    {
        const string Input = "{\"text\":\"hello\",\"pair\":\"the "
            + "sky\"}\n{\"text\":\"hello\",\"pair\":\"\"}\n{\"text\":\"hello\"}\n";
        string[] args = ["tokenize", "--model", model.Folder, "--input", "-", "--input-format", "jsonl", "--format",
            "jsonl"];
        string[] lines = CommandLine.RunWith(Input, args).Lines;
        Assert.EndsWith("\"type_ids\":[0,0,0,1,1,1],\"offsets\":[[0,0],[0,5],[0,0],[0,3],[4,7],[0,0]]}", lines[0]);
        Assert.EndsWith("\"type_ids\":[0,0,0,1],\"offsets\":[[0,0],[0,5],[0,0],[0,0]]}", lines[1]);
        Assert.EndsWith("\"type_ids\":[0,0,0],\"offsets\":[[0,0],[0,5],[0,0]]}", lines[2]);
    }

    [Fact]
    public void NothingIsCutUnlessAskedFor()
    {
        string text = string.Join(' ', Enumerable.Repeat("one", 100));
        Assert.StartsWith("text 0: 102 tokens\n", Tokenize(text).Output);
        Assert.StartsWith("text 0: 4 tokens, 1 cut off\n", Tokenize("one two three", "--max-tokens", "4").Output);
        Assert.Contains("\"ids\":[2,13,14,3]", Tokenize("one two three", "--max-tokens=4", "--format=jsonl").Output);
        Outcome left = Tokenize("one two three", "--max-tokens=4", "--format=jsonl", "--truncate=left");
        Assert.Contains("\"ids\":[2,14,15,3]", left.Output);
        Assert.EndsWith("\"truncated\":1}\n", left.Output);
        Assert.Equal(2, Tokenize("one", "--truncate", "left").Exit);
    }

    [Fact]
    public void TheTableHasALineForEachToken()
    {
        Outcome outcome = Tokenize("the sea", "sky");
        Assert.Equal("text 0: 4 tokens", outcome.Lines[0]);
        Assert.Matches(@"^ +5 +0 +0-3  the$", outcome.Lines[3]);
        Assert.Contains("\n\ntext 1: 3 tokens\n", outcome.Output);
    }

    [Fact]
    public void OnlyTheTokenizersFilesAreNeeded()
    {
        string folder = Directory.CreateTempSubdirectory("sextant-tokens-").FullName;
        try
        {
            Assert.Equal(1, CommandLine.Run("tokenize", "sky", "--model", folder).Exit);
            File.Copy(Path.Combine(model.Folder, "vocab.txt"), Path.Combine(folder, "vocab.txt"));
            Assert.Equal(Tokenize("sky").Output, CommandLine.Run("tokenize", "sky", "--model", folder).Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private Outcome Tokenize(params string[] args) => CommandLine.Run(["tokenize", "--model", model.Folder, .. args]);
}
