using System.Globalization;
using System.Text.Json;

namespace Sextant.Cli.Tests;

public sealed class HeadVerbTests(TinyRanker ranker, TinyClassifier classifier, TinyMasked masked)
    : IClassFixture<TinyRanker>, IClassFixture<TinyClassifier>, IClassFixture<TinyMasked>
{
    private static readonly string[] s_documents = ["the sea", "ships sail over the sea", "", "grass is green",
        "the sea"];

    [Fact]
    public void RerankOrdersTheLines()
    {
        using var model = SequenceClassifier.Load(ranker.Folder);
        RankedDocument[] expected = model.Rank("blue sky", s_documents);
        Outcome outcome = Rerank("blue sky");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(
                string.Create(CultureInfo.InvariantCulture,
                    $"{i + 1}\t{expected[i].Score:F4}\t{expected[i].Index}\t{s_documents[expected[i].Index]}"),
                outcome.Lines[i]);
        }
        // Equal documents have equal scores and keep their order.
        Assert.True(
            Array.FindIndex(expected, one => one.Index == 0) + 1 == Array.FindIndex(expected, one => one.Index == 4));
        Outcome best = Rerank("blue sky", "-k", "2", "--format", "jsonl");
        Assert.Equal(2, best.Lines.Length);
        JsonElement first = JsonDocument.Parse(best.Lines[0]).RootElement;
        Assert.Equal(expected[0].Index, first.GetProperty("index").GetInt32());
        Assert.Equal(expected[0].Score, first.GetProperty("score").GetSingle());
        Assert.Equal(expected[0].Logit, first.GetProperty("logit").GetSingle());
        Assert.Equal(1, first.GetProperty("rank").GetInt32());
    }

    [Theory]
    [InlineData("N05")] // logits between 22.7 and 23.3, whose sigmoid is 1 in binary32
    public void TheOrderIsTheLogits(string name)
    {
        string folder = Checkout.Case(name);
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;
        double[] logits = [.. expected.GetProperty("logits").EnumerateArray().Select(one => one.GetDouble())];
        Outcome outcome = CommandLine.Run(
            "rerank", "--model", folder, expected.GetProperty("query").GetString()!, "--input",
            Path.Combine(folder, "docs.txt"), "--format", "jsonl");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        JsonElement[] lines = [.. outcome.Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        int[] order = [.. lines.Select(line => line.GetProperty("index").GetInt32())];
        Assert.Equal(expected.GetProperty("order").EnumerateArray().Select(one => one.GetInt32()), order);
        Assert.All(lines, line =>
        {
            double logit = logits[line.GetProperty("index").GetInt32()];
            Assert.Equal(logit, line.GetProperty("logit").GetDouble(), 1e-4);
            Assert.Equal(1 / (1 + Math.Exp(-logit)), line.GetProperty("score").GetDouble(), 1e-6);
        });
    }

    [Fact]
    public void RerankSaysWhatIsWrong()
    {
        Assert.Equal(2, CommandLine.Run("rerank", "query", "--input", "-").Exit);
        Assert.Equal(2, CommandLine.Run("rerank", "--model", ranker.Folder, "--input", "-").Exit);
        Assert.Equal(2, CommandLine.Run("rerank", "--model", ranker.Folder, "query").Exit);
        Outcome several = CommandLine.RunWith("sea\n", "rerank", "--model", classifier.Folder, "query", "--input", "-");
        Assert.Equal(1, several.Exit);
        Assert.Contains("3 labels (no, yes, 今)", several.ErrorLine);
        Outcome none = CommandLine.RunWith("sea\n", "rerank", "--model", masked.Folder, "query", "--input", "-");
        Assert.Equal(1, none.Exit);
        Assert.Contains("'classifier.weight'", none.ErrorLine);
    }

    [Fact]
    public void APairThatIsCutIsReported()
    {
        Outcome outcome = CommandLine.RunWith(
            string.Join(' ', Enumerable.Repeat(
                "sea", 100)) + "\nsea\n", "rerank", "--model", ranker.Folder, "blue sky", "--input", "-");
        Assert.Equal(0, outcome.Exit);
        Assert.Equal(
            "sextant rerank: warning: 1 of 2 pairs of query and document were cut: 41 tokens beyond the model's 64",
            outcome.ErrorLine);
        Assert.Equal(1, CommandLine.RunWith(
            string.Join(' ', Enumerable.Repeat("sea",
                100)), "rerank", "--model", ranker.Folder, "blue sky", "--input", "-", "--truncate", "error").Exit);
    }

    [Fact]
    public void ClassifyGivesEachLabelItsShare()
    {
        Outcome outcome = CommandLine.Run("classify", "--model", classifier.Folder, "the sky is blue", "hello");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        using var model = SequenceClassifier.Load(classifier.Folder);
        float[] expected = model.Classify("the sky is blue");
        Assert.Equal(1, expected.Sum(), 1e-6f);
        JsonElement first = JsonDocument.Parse(outcome.Lines[0]).RootElement;
        Assert.Equal(["no", "yes", "今"], first.GetProperty("scores").EnumerateObject().Select(one => one.Name));
        Assert.Equal(expected, first.GetProperty("scores").EnumerateObject().Select(one => one.Value.GetSingle()));
        Assert.Equal(model.Labels[Array.IndexOf(expected, expected.Max())], first.GetProperty("label").GetString());
        Assert.Equal((6, 0), (first.GetProperty("tokens").GetInt32(), first.GetProperty("truncated").GetInt32()));
    }

    [Fact]
    public void ATextIsNamedByItsNumberInTheWholeInput()
    {
        string input = string.Concat(Enumerable.Repeat("one\n", 4100))
            + string.Join(' ', Enumerable.Repeat("sea", 100)) + "\n";
        Outcome outcome = CommandLine.RunWith(
            input, "classify", "--model", classifier.Folder, "--input", "-", "--truncate", "error");
        Assert.Equal(1, outcome.Exit);
        Assert.StartsWith("sextant classify: text 4100: 102 tokens", outcome.ErrorLine);
    }

    [Fact]
    public void PairsAreOneInput()
    {
        const string lines = "{\"text\":\"the sky\",\"pair\":\"is blue\"}\n{\"text\":\"one\",\"pair\":\"\"}\n";
        Outcome outcome = CommandLine.RunWith(
            lines, "classify", "--model", classifier.Folder, "--input", "-", "--input-format", "jsonl");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        using var model = SequenceClassifier.Load(classifier.Folder);
        var expected = new float[6];
        model.ClassifyPairs([new("the sky", "is blue"), new("one", "")], expected);
        Assert.NotEqual(expected[..3], model.Classify("the sky is blue"));
        Assert.Equal(expected, outcome.Lines.SelectMany(line =>
            JsonDocument.Parse(line).RootElement.GetProperty("scores").EnumerateObject()
                .Select(one => one.Value.GetSingle())));
        // [CLS] the sky [SEP] is blue [SEP], the second text's type being 1, by hand.
        var byHand = new float[3];
        model.Logits([new TokenSequence(new[] { 2, 5, 6, 3, 7, 8, 3 }, new[] { 0, 0, 0, 0, 1, 1, 1 })], byHand);
        double sum = byHand.Sum(x => Math.Exp(x));
        for (int i = 0; i < 3; i++)
            Assert.Equal(Math.Exp(byHand[i]) / sum, expected[i], 1e-6);
        Outcome mixed = CommandLine.RunWith(
            lines + "{\"text\":\"one\"}\n", "classify", "--model", classifier.Folder, "--input", "-", "--input-format",
            "jsonl");
        Assert.Equal(1, mixed.Exit);
    }

    [Fact]
    public void SparseWritesTheHeaviestTermsFirst()
    {
        Outcome outcome = CommandLine.Run("sparse", "--model", masked.Folder, "ships sail", "--terms", "5");
        Assert.Equal((0, ""), (outcome.Exit, outcome.Error));
        using var model = SparseEncoder.Load(masked.Folder, new() { MaxTerms = 5 });
        TermWeight[] expected = [.. model.Embed("ships sail").OrderByDescending(term => term.Weight)];
        Assert.Equal(5, expected.Length);
        JsonElement[] terms = [.. JsonDocument.Parse(outcome.Lines[0]).RootElement.GetProperty(
            "terms").EnumerateArray()];
        Assert.Equal(
            expected.Select(term => term.Weight), terms.Select(term => term.GetProperty("weight").GetSingle()));
        Assert.Equal(expected.Select(term => term.Id), terms.Select(term => term.GetProperty("id").GetInt32()));
        Assert.Equal(expected.Select(term => model.Tokenizer.TokenText(term.Id)),
            terms.Select(term => term.GetProperty("token").GetString()));
    }

    [Fact]
    public void AFamilyWithoutTheHeadIsRefusedByName()
    {
        Outcome outcome = CommandLine.Run("sparse", "--model", ranker.Folder, "ships");
        Assert.Equal(1, outcome.Exit);
        Assert.Contains(
            "'cls.predictions.transform.dense.weight' is missing; a masked-language head", outcome.ErrorLine);
    }

    private Outcome Rerank(string query, params string[] more) => CommandLine.RunWith(
        string.Join('\n', s_documents) + "\n", ["rerank", "--model", ranker.Folder, query, "--input", "-", .. more]);
}
