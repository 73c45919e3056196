namespace Sextant.Cli.Tests;

public sealed class UsageTests
{
    public static TheoryData<string> Verbs => ["embed", "search", "eval", "tokenize", "info", "verify"];

    [Fact]
    public void VersionAndHelpGoToTheOutput()
    {
        Outcome version = CommandLine.Run("--version");
        Assert.Equal((0, ""), (version.Exit, version.Error));
        Assert.Matches(@"^sextant \d+\.\d+\.\d+\n$", version.Output);
        Assert.Equal(version.Output, CommandLine.Run("version").Output);
        Outcome help = CommandLine.Run("--help");
        Assert.Equal(help.Output, CommandLine.Run("help").Output);
        Assert.Equal((0, ""), (help.Exit, help.Error));
        foreach (string verb in Verbs.Select(row => row.Data))
            Assert.Contains($"  {verb} ", help.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void EveryVerbHelpsWithItsFlagsAndExamples(string verb)
    {
        Outcome help = CommandLine.Run(verb, "--help");
        Assert.Equal((0, ""), (help.Exit, help.Error));
        Assert.Contains($"usage: sextant {verb} ", help.Output);
        Assert.Contains("  --model NAME|DIR ", help.Output);
        Assert.Contains("examples:\n  sextant " + verb, help.Output);
        Assert.All(help.Lines, line => Assert.InRange(line.Length, 1, 100));
        Assert.Equal(help.Output, CommandLine.Run(verb, "--model", "x", "-h").Output);
    }

    [Theory]
    [InlineData("model.onnx", "model.onnx is a graph for ONNX engines")]
    [InlineData("onnx/model.onnx", "a graph for ONNX engines")]
    [InlineData("model-q4.gguf", "model-q4.gguf is llama.cpp's format")]
    [InlineData("pytorch_model.bin", "is a pickle")]
    public void AFolderOfAnotherFormatIsSaidAtOnce(string file, string part)
    {
        string folder = Directory.CreateTempSubdirectory("sextant-other-").FullName;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            File.WriteAllText(Path.Combine(folder, file), "x");
            foreach (string verb in (string[])["embed", "sparse", "classify"])
            {
                Outcome outcome = CommandLine.Run(verb, "text", "--model", folder);
                Assert.Equal(1, outcome.Exit);
                Assert.Contains(part, outcome.ErrorLine);
                Assert.Contains("holds no safetensors", outcome.ErrorLine);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void NoVerbIsWithoutHelp()
    {
        Assert.All(Tool.Verbs, verb =>
        {
            Outcome help = CommandLine.Run([.. verb.Name.Split(' '), "--help"]);
            Assert.Equal((0, ""), (help.Exit, help.Error));
            Assert.Contains($"usage: sextant {verb.Name}", help.Output);
            Assert.Equal(help.Output, CommandLine.Run(["help", .. verb.Name.Split(' ')]).Output);
            // Each flag once.
            Assert.Equal(verb.AllFlags.Select(flag => flag.Name).Distinct(), verb.AllFlags.Select(flag => flag.Name));
            Assert.All(help.Lines, line => Assert.Equal(line.TrimEnd(), line));
        });
    }

    [Theory]
    [InlineData("which verb", new string[] { })]
    [InlineData("did you mean embed?", new[] { "embbed" })]
    [InlineData("no verb 'frobnicate' (see", new[] { "frobnicate" })]
    [InlineData("did you mean --threads?", new[] { "embed", "--treads", "2", "text" })]
    [InlineData("goes after --", new[] { "embed", "-5 degrees" })]
    [InlineData("--model needs a value", new[] { "embed", "text", "--model" })]
    [InlineData("--model is empty", new[] { "embed", "text", "--model", "" })]
    [InlineData("--output is empty", new[] { "embed", "text", "--output=" })]
    [InlineData("--in is empty", new[] { "search", "--in", "", "query" })]
    [InlineData("--max-tokens is 1; a text gets 2", new[] { "tokenize", "text", "--max-tokens", "1" })]
    [InlineData("the flag --threads follows it", new[] { "embed", "text", "--model", "--threads", "2" })]
    [InlineData("--threads is given twice", new[] { "embed", "text", "--threads=1", "--threads=2" })]
    [InlineData("from 1 to 1024", new[] { "embed", "text", "--threads", "0" })]
    [InlineData("'many'", new[] { "embed", "text", "--threads", "many" })]
    [InlineData("'1.5'", new[] { "embed", "text", "--dimensions", "1.5" })]
    [InlineData("did you mean jsonl?", new[] { "embed", "text", "--format", "jsnl" })]
    [InlineData("accepted: error, right, left", new[] { "embed", "text", "--truncate", "middle" })]
    [InlineData("no text", new[] { "embed" })]
    [InlineData("--output and --write-ranges are both x",
        new[] { "embed", "text", "--output", "x", "--write-ranges", "./x" })]
    [InlineData("--output and --input are both", new[] { "embed", "--input", "a/../x", "--output", "x" })]
    [InlineData("--write-ranges and --ids are both", new[] { "embed", "--ids", "x", "--write-ranges", "x" })]
    [InlineData("both given", new[] { "embed", "text", "--input", "-" })]
    [InlineData("both given", new[] { "embed", "text", "--ids", "-" })]
    [InlineData("--prompt is for texts", new[] { "embed", "--ids", "-", "--prompt", "query" })]
    [InlineData("--input-format needs --input", new[] { "embed", "text", "--input-format", "jsonl" })]
    [InlineData("where?", new[] { "search", "query" })]
    [InlineData("what?", new[] { "search", "--in", "." })]
    [InlineData("in quotes", new[] { "search", "--in", ".", "two", "words" })]
    [InlineData("from 1 to 10000", new[] { "search", "--in", ".", "query", "-k0" })]
    [InlineData("no flag --output", new[] { "search", "--in", ".", "query", "--output", "x" })]
    [InlineData("measured on what?", new[] { "eval", "--model", "x" })]
    [InlineData("both given", new[] { "eval", "--sts", "x", "--retrieval", "y" })]
    [InlineData("is not accepted here", new[] { "eval", "--sts", "x", "text" })]
    [InlineData("--bm25 takes no value", new[] { "eval", "--retrieval", "x", "--bm25=1" })]
    [InlineData("--bm25 is given twice", new[] { "eval", "--retrieval", "x", "--bm25", "--bm25" })]
    [InlineData("--model cannot be combined with it", new[] { "eval", "--retrieval", "x", "--bm25", "--model", "y" })]
    [InlineData("--fuse cannot be combined with it", new[] { "eval", "--retrieval", "x", "--bm25", "--fuse", "bm25" })]
    [InlineData("--fuse ranks documents", new[] { "eval", "--sts", "x", "--fuse", "bm25" })]
    [InlineData("--rescore ranks documents", new[] { "eval", "--sts", "x", "--codes", "binary", "--rescore", "9" })]
    [InlineData("give --codes binary", new[] { "eval", "--retrieval", "x", "--rescore", "9" })]
    [InlineData("accepted: float32, binary", new[] { "eval", "--retrieval", "x", "--codes", "int8" })]
    [InlineData("accepted: bm25", new[] { "eval", "--retrieval", "x", "--fuse", "tf-idf" })]
    [InlineData("is not accepted here", new[] { "info", "text" })]
    [InlineData("did you mean embed?", new[] { "help", "embbed" })]
    [InlineData("help takes the name of a verb", new[] { "help", "embed", "search" })]
    [InlineData("version stands alone", new[] { "version", "embed" })]
    [InlineData("the QUERY is empty", new[] { "search", "--in", ".", "" })]
    [InlineData("the QUERY is empty", new[] { "search", "--in", ".", " \t " })]
    [InlineData("the QUERY is empty", new[] { "search", "--index", "x", "" })]
    [InlineData("the QUERY is empty", new[] { "rerank", "--model", "x", "--input", "x", "" })]
    [InlineData("from 8 to 1000000", new[] { "search", "--in", ".", "query", "--chunk", "7" })]
    [InlineData("from 8 to 1000000", new[] { "index", "--output", "/none/x", ".", "--chunk", "1" })]
    [InlineData("--type is for random weights", new[] { "bench", "model", "--type", "f16" })]
    [InlineData("is not accepted here", new[] { "verify", "text" })]
    public void WrongUsageIsOneLineAndExitCodeTwo(string part, string[] args)
    {
        Outcome outcome = CommandLine.Run(args);
        Assert.Equal((2, ""), (outcome.Exit, outcome.Output));
        Assert.Contains(part, outcome.ErrorLine);
        Assert.Contains("--help'", outcome.ErrorLine);
    }

    [Theory]
    [InlineData("there is no such file", new[] { "search", "--in", "/none/such", "query" })]
    [InlineData("/none/such", new[] { "embed", "text", "--model", "/none/such" })]
    [InlineData("/none/such", new[] { "embed", "--input", "/none/such" })]
    [InlineData("/none/such", new[] { "verify", "--model", "/none/such" })]
    [InlineData("/none/such", new[] { "eval", "--sts", "/none/such" })]
    [InlineData("/none/such", new[] { "eval", "--retrieval", "/none/such" })]
    [InlineData("/none/such", new[] { "tokenize", "text", "--model", "/none/such" })]
    [InlineData("is a folder; a file is needed", new[] { "embed", "--input", "/" })]
    [InlineData("is a folder; a file is needed", new[] { "embed", "--ids", "/" })]
    [InlineData("is a folder; a file is needed", new[] { "tokenize", "--input", "/" })]
    [InlineData("is a folder; a file is needed", new[] { "eval", "--sts", "/" })]
    [InlineData("is a folder; a file is needed", new[] { "embed", "x", "--encoding", "int8", "--ranges", "/" })]
    [InlineData("is a folder", new[] { "embed", "x", "--output", "/" })]
    [InlineData("sextant pull some-org/some-model", new[] { "embed", "x", "--model", "some-org/some-model" })]
    public void AFailureIsOneLineAndExitCodeOne(string part, string[] args)
    {
        Outcome outcome = CommandLine.Run(args);
        Assert.Equal((1, ""), (outcome.Exit, outcome.Output));
        Assert.Contains(part, outcome.ErrorLine);
        Assert.StartsWith($"sextant {args[0]}: ", outcome.ErrorLine);
        Assert.DoesNotContain("defect", outcome.ErrorLine);
    }
}
