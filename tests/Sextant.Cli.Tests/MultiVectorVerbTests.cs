using System.Globalization;
using System.Text.Json;

namespace Sextant.Cli.Tests;

/// <summary>Late-interaction models in the tool: vectors of tokens, and ranks by MaxSim.</summary>
public class MultiVectorVerbTests
{
    private static readonly string s_folder =
        Path.Combine(Checkout.Root, "tests", "fixtures", "multi-vector", "sentence-transformers");

    private static readonly JsonElement s_expected =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, "expected.json"))).RootElement;

    [Theory]
    [InlineData("queries")]
    [InlineData("documents")]
    public void EmbedWritesALineOfVectorsForEachText(string side)
    {
        JsonElement[] texts = [.. s_expected.GetProperty(side).EnumerateArray()];
        string input = string.Join('\n', texts.Select(one => one.GetProperty("text").GetString())) + "\n";
        string[] side2 = side == "queries" ? ["--queries"] : [];
        Outcome outcome = CommandLine.RunWith(
            input, ["embed", "--model", s_folder, "--multi", .. side2, "--input", "-"]);
        Assert.Equal(0, outcome.Exit);
        Assert.Equal(texts.Length, outcome.Lines.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            JsonElement line = JsonDocument.Parse(outcome.Lines[i]).RootElement;
            Assert.Equal(i, line.GetProperty("index").GetInt32());
            double[] expected = Numbers(texts[i].GetProperty("vectors"));
            double[] actual = Numbers(line.GetProperty("embeddings"));
            Assert.Equal(expected.Length, actual.Length);
            for (int at = 0; at < expected.Length; at++)
                Assert.Equal(expected[at], actual[at], 1e-5);
        }
        Assert.Contains("were cut", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void RerankOrdersByMaxSim()
    {
        JsonElement query = s_expected.GetProperty("queries")[3];
        double[] scores = [.. s_expected.GetProperty("scores")[3].EnumerateArray().Select(one => one.GetDouble())];
        string input = string.Join(
            '\n', s_expected.GetProperty("documents").EnumerateArray().Select(one => one.GetProperty("text"))) + "\n";
        Outcome outcome = CommandLine.RunWith(
            input, "rerank", "--model", s_folder, query.GetProperty("text").GetString()!, "--input", "-", "--format",
            "jsonl");
        Assert.Equal(0, outcome.Exit);
        JsonElement[] lines = [.. outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(scores.Index().OrderByDescending(pair => pair.Item).Select(pair => pair.Index),
            lines.Select(line => line.GetProperty("index").GetInt32()));
        Assert.All(lines, line => Assert.Equal(
            scores[line.GetProperty("index").GetInt32()], line.GetProperty("score").GetDouble(), 1e-4));
    }

    [Fact]
    public void FlagsThatSayNothingAreRefused()
    {
        foreach (string[] flags in (string[][])
            [["--format", "npy"], ["--dimensions", "4"], ["--encoding", "int8"], ["--pooling", "mean"]])
        {
            Outcome outcome = CommandLine.Run(["embed", "--model", s_folder, "--multi", "the cat", .. flags]);
            Assert.Equal(2, outcome.Exit);
            Assert.Contains(flags[0] + " is not for --multi", outcome.ErrorLine, StringComparison.Ordinal);
        }
        Outcome alone = CommandLine.Run("embed", "--model", s_folder, "--queries", "the cat");
        Assert.Equal(2, alone.Exit);
        Assert.Contains("--queries is for --multi", alone.ErrorLine, StringComparison.Ordinal);
    }

    private static double[] Numbers(JsonElement rows) => [.. rows.EnumerateArray().SelectMany(row =>
        row.EnumerateArray().Select(value => double.Parse(value.GetRawText(), CultureInfo.InvariantCulture)))];
}
