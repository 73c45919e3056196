using System.Text.Json;

namespace Sextant.Tests.Models;

/// <summary>
/// A real trained checkpoint of 260,000 weights (stories260K), with its tokenizer, against a float64 forward of it.
/// </summary>
public class StoriesTests
{
    [Fact]
    public void HiddenStatesAndMeansAreEqual()
    {
        string folder = TestData.Shared("models", "stories260K");
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "reference.json")));
        using EmbeddingModel mean = EmbeddingModel.Load(folder, new() { Pooling = "mean" });
        using EmbeddingModel last = EmbeddingModel.Load(folder, new() { Pooling = "lasttoken" });
        Assert.Equal(4, mean.Card.KeyHeads);
        Assert.Equal("causal", mean.Card.Attention);
        foreach (JsonElement item in reference.RootElement.GetProperty("cases").EnumerateArray())
        {
            var tokens = new TokenSequence(
                item.GetProperty("ids").EnumerateArray().Select(v => v.GetInt32()).ToArray());
            AssertClose(item.GetProperty("mean_pooled"), mean, tokens);
            AssertClose(item.GetProperty("last_hidden"), last, tokens);
        }
    }

    private static void AssertClose(JsonElement expected, EmbeddingModel model, TokenSequence tokens)
    {
        float[] wanted = [.. expected.EnumerateArray().Select(v => v.GetSingle())];
        var actual = new float[model.Dimensions];
        model.EmbedTokens([tokens], actual);
        GoldenModel.AssertClose(wanted, actual, Tolerances.Stories, $"{tokens.Ids.Length} tokens");
    }
}
