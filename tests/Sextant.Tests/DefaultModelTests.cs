using System.Text.Json;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant.Tests;

/// <summary>
/// The default model against what PyTorch, in float64, makes of the same file: ids and vectors of 200 texts.
/// </summary>
public class DefaultModelTests
{
    private static readonly string s_folder = Path.Combine(TestData.Fixtures, "default-model");

    [Fact]
    public void TokenIdsAreEqual()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        var buffer = new TokenBuffer();
        (string Text, int[] Ids)[] texts = Texts();
        Assert.Equal(200, texts.Length);
        foreach ((string text, int[] ids) in texts)
        {
            model.Tokenizer.Encode(text, buffer);
            Assert.Equal(ids, buffer.Ids.ToArray());
        }
    }

    [Theory]
    [InlineData("vectors", null)]
    [InlineData("layers_1", 1)]
    public void VectorsAreEqual(string tensor, int? layers)
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new() { Layers = layers });
        using Checkpoint expected = Checkpoint.OpenFile(Path.Combine(s_folder, "expected.safetensors"));
        var right = new float[200 * model.Dimensions];
        expected.ReadRows(expected.Require(tensor, [200, model.Dimensions], "this test"), 0, right);
        var vectors = new float[right.Length];
        model.Embed(Array.ConvertAll(Texts(), t => t.Text), vectors);
        double worst = right.Zip(vectors, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.True(worst <= Tolerances.UnitVector, $"max abs {worst:E2}");
    }

    private static (string Text, int[] Ids)[] Texts() => Array.ConvertAll(
        File.ReadAllLines(Path.Combine(s_folder, "texts.jsonl")),
        line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            int[] ids = [.. json.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            return (json.RootElement.GetProperty("text").GetString()!, ids);
        });
}
