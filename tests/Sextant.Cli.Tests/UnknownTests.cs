using System.Text.Json;

namespace Sextant.Cli.Tests;

/// <summary>A model that knows nothing of a text's words says so.</summary>
public sealed class UnknownTests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private const string Russian = "Варите рис до мягкости";
    private const string Warning = "a quarter of the tokens or more are unknown to the model";

    private readonly string _root = Directory.CreateTempSubdirectory("sextant-unknown-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void EachLineHasTheCountAndTheShareIsWarnedOf()
    {
        Outcome outcome = CommandLine.Run(
            "embed", Russian, "the sea", "the sky is 今 blue hello world", "--model", model.Folder);
        Assert.Equal(0, outcome.Exit);
        Assert.Equal([4, 0, 1], outcome.Lines.Select(line =>
            JsonDocument.Parse(line).RootElement.GetProperty("unknown").GetInt32()));
        Assert.Equal(
            $"sextant embed: warning: in 1 of 3 texts, {Warning}: it may be for another language", outcome.ErrorLine);
        Assert.Equal("", CommandLine.Run("embed", "the sea", "--model", model.Folder).Error);
    }

    [Fact]
    public void SearchesAndIndexesSayItOfPassagesAndQueries()
    {
        File.WriteAllText(Path.Combine(_root, "a.txt"), Russian);
        File.WriteAllText(Path.Combine(_root, "b.txt"), "the sea.");
        Outcome files = CommandLine.Run("search", "--in", _root, Russian, "--model", model.Folder);
        Assert.Contains("warning: 4 of the query's 6 tokens are unknown", files.Error);
        Assert.Contains($"in 1 of 2 passages, {Warning}", files.Error);
        string index = Path.Combine(_root, ".idx");
        Assert.Contains(
            $"in 1 of 2 passages, {Warning}",
            CommandLine.Run("index", "--output", index, _root, "--model", model.Folder).Error);
        Outcome found = CommandLine.Run("search", "--index", index, Russian);
        Assert.Contains("warning: 4 of the query's 6 tokens are unknown", found.Error);
    }

    [Fact]
    public void EvaluationsSayItOfTheirTexts()
    {
        string pairs = Path.Combine(_root, "pairs.tsv");
        File.WriteAllText(
            pairs, $"sentence1\tsentence2\tscore\nthe sea\tthe sky\t1\nblue\t{Russian}\t0\nthe sea\tships sail\t2\n");
        Outcome similarity = CommandLine.Run("eval", "--sts", pairs, "--model", model.Folder);
        Assert.Equal(0, similarity.Exit);
        Assert.Equal(
            $"sextant eval: warning: in 1 of 6 texts, {Warning}: it may be for another language", similarity.ErrorLine);
    }
}
