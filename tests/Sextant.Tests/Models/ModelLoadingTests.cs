using System.Text;

namespace Sextant.Tests.Models;

/// <summary>What modules, options and damaged files do to a model.</summary>
public class ModelLoadingTests
{
    private static readonly TokenSequence s_text = new(new[] { 101, 20, 300, 999, 5, 5, 102 });

    [Fact]
    public void DenseAndNormalizeRunInTheOrderOfTheModules()
    {
        using var folder = new ModelFolder();
        folder.Modules("Transformer", "Pooling", "Normalize", "Dense", "Dense", "Normalize");
        folder.MeanPooling(1);
        (float[] w1, float[] b1) = folder.Dense(3, 64, 40, "Tanh");
        (float[] w2, float[] b2) = folder.Dense(4, 40, 24, "Identity");
        double[] x = Unit(Pooled(folder, "mean"));
        x = Array.ConvertAll(Product(w1, b1, x), Math.Tanh);
        x = Unit(Product(w2, b2, x));
        using EmbeddingModel model = folder.Load();
        Assert.Equal(24, model.Dimensions);
        AssertClose(x, Embed(model));
    }

    [Fact]
    public void PoolingsJoinedWithPlusFollowEachOther()
    {
        using var folder = new ModelFolder();
        using EmbeddingModel model = folder.Load(new() { Pooling = "max+cls" });
        Assert.Equal(128, model.Dimensions);
        Assert.Equal([.. Pooled(folder, "max"), .. Pooled(folder, "cls")], Embed(model));
    }

    [Fact]
    public void QuantisedWeightsAreRefused()
    {
        // As bitsandbytes stores a matrix: its name and shape, whole numbers, and the scales under another name.
        using var folder = new ModelFolder();
        folder.Load(new() { Pooling = "mean" }).Dispose();
        string file = Path.Combine(folder.Path, "model.safetensors");
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(file));
        const string Tensor = "\"encoder.layer.0.attention.self.query.weight\":{\"dtype\":\"";
        Assert.Contains(Tensor + "F32", text, StringComparison.Ordinal);
        File.WriteAllBytes(file, Encoding.Latin1.GetBytes(
            text.Replace(Tensor + "F32", Tensor + "I32", StringComparison.Ordinal)));
        var error = Assert.Throws<InvalidModelException>(
            () => EmbeddingModel.Load(folder.Path, new() { Pooling = "mean" }));
        Assert.Contains("self.query.weight' holds I32 numbers", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FewerDimensionsAreCutAndThenNormalised()
    {
        using var folder = new ModelFolder();
        using EmbeddingModel model = folder.Load(new() { Pooling = "mean", Normalize = true, Dimensions = 10 });
        AssertClose(Unit(Pooled(folder, "mean")[..10]), Embed(model));
        using EmbeddingModel raw = folder.Load(new() { Pooling = "mean", Dimensions = 10 });
        Assert.Equal(Pooled(folder, "mean")[..10], Embed(raw));
        var error = Assert.Throws<UnsupportedRequestException>(
            () => folder.Load(new() { Pooling = "mean", Dimensions = 65 }));
        Assert.Contains("64", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FewerLayersGiveThatLayersState()
    {
        using var folder = new ModelFolder();
        using EmbeddingModel whole = folder.Load(new() { Pooling = "cls" });
        for (int layer = 0; layer <= 3; layer++)
        {
            var states = new float[7 * 64];
            whole.HiddenStates(s_text, layer, states);
            using EmbeddingModel cut = folder.Load(new() { Pooling = "cls", Layers = layer });
            Assert.Equal(states[..64], Embed(cut));
            Assert.True(layer == 3 || cut.Card.PackedBytes < whole.Card.PackedBytes, "Later layers were loaded.");
            if (layer < 3)
                Assert.Throws<UnsupportedRequestException>(() => cut.HiddenStates(s_text, 3, states));
        }
        Assert.Throws<UnsupportedRequestException>(() => folder.Load(new() { Pooling = "cls", Layers = 4 }));
    }

    [Fact]
    public void EarlyExitDoesNotNeedTheLaterLayers()
    {
        using var folder = new ModelFolder();
        folder.Remove("encoder.layer.2.output.dense.weight");
        using (EmbeddingModel model = folder.Load(new() { Pooling = "cls", Layers = 2 }))
            Embed(model);
        Assert.Throws<InvalidModelException>(() => folder.Load(new() { Pooling = "cls" }));
    }

    [Fact]
    public void LayersAreAveraged()
    {
        using var folder = new ModelFolder();
        using EmbeddingModel whole = folder.Load(new() { Pooling = "cls" });
        float[] first = new float[7 * 64], last = new float[7 * 64];
        whole.HiddenStates(s_text, 0, first);
        whole.HiddenStates(s_text, 3, last);
        float[] expected = [.. Enumerable.Range(0, 64).Select(i => (first[i] + last[i]) / 2f)];
        using EmbeddingModel model = folder.Load(new() { Pooling = "cls", AverageLayers = [0, 3] });
        Assert.Equal(expected, Embed(model));
        Assert.Equal("0+3", model.Card.LayersInUse);
    }

    [Fact]
    public void AFolderWithoutModulesNeedsAPooling()
    {
        using var folder = new ModelFolder();
        Assert.Contains(
            "pooling", Assert.Throws<InvalidModelException>(() => folder.Load()).Message, StringComparison.Ordinal);
        Assert.Contains("weightedmean", Assert.Throws<UnsupportedRequestException>(
            () => folder.Load(new() { Pooling = "average" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"hidden_act\": \"gelu\"", "\"hidden_act\": \"mish\"", "mish")]
    [InlineData("\"absolute\"", "\"relative_key\"", "relative_key")]
    [InlineData("\"model_type\": \"bert\"", "\"model_type\": \"roformer\"", "roformer")]
    [InlineData("\"num_attention_heads\": 4", "\"num_attention_heads\": 5", "num_attention_heads")]
    [InlineData("\"hidden_size\": 64", "\"hidden_size\": 96", "96")]
    [InlineData("\"hidden_size\": 64", "\"hidden_size\": -1", "hidden_size")]
    [InlineData("\"vocab_size\": 1000", "\"vocab_size\": 1001", "word_embeddings")]
    [InlineData("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4", "encoder.layer.3")]
    [InlineData("\"pad_token_id\": 0", "\"is_decoder\": true", "is_decoder")]
    public void AConfigThatDoesNotFitIsRefusedByName(string found, string replaced, string named)
    {
        using var folder = new ModelFolder();
        Assert.Contains(found, folder.Config, StringComparison.Ordinal);
        folder.Config = folder.Config.Replace(found, replaced, StringComparison.Ordinal);
        var error = Assert.Throws<InvalidModelException>(() => folder.Load(new() { Pooling = "mean" }));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMisshapenTensorIsRefusedByName()
    {
        using var folder = new ModelFolder();
        folder.Reshape("encoder.layer.1.intermediate.dense.weight", 64, 128);
        var error = Assert.Throws<InvalidModelException>(() => folder.Load(new() { Pooling = "mean" }));
        Assert.Contains("'encoder.layer.1.intermediate.dense.weight' is [64,128]; bert with hidden_size 64 needs "
            + "[128,64].", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("encoder.layer.2.attention.self.key.weight", float.NaN)]
    [InlineData("embeddings.word_embeddings.weight", float.PositiveInfinity)]
    [InlineData("encoder.layer.0.output.LayerNorm.bias", float.NegativeInfinity)]
    public void ANonFiniteWeightIsRefusedByName(string tensor, float value)
    {
        using var folder = new ModelFolder();
        folder[tensor][17] = value;
        var error = Assert.Throws<InvalidModelException>(() => folder.Load(new() { Pooling = "mean" }));
        Assert.Contains(tensor, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownConfigKeyIsSaid()
    {
        using var folder = new ModelFolder();
        folder.Config = folder.Config.Replace(
            "\"use_cache\": true", "\"use_cache\": true, \"sliding_window\": 7", StringComparison.Ordinal);
        using EmbeddingModel model = folder.Load(new() { Pooling = "mean" });
        Assert.Contains(model.Card.Notes, note => note.Contains("sliding_window", StringComparison.Ordinal));
    }

    [Fact]
    public void WeightsThatOverflowAreAnErrorThatNamesTheText()
    {
        using var folder = new ModelFolder();
        folder["embeddings.LayerNorm.weight"].AsSpan().Fill(3e38f);
        using EmbeddingModel model = folder.Load(new() { Pooling = "mean" });
        var vectors = new float[2 * 64];
        var error = Assert.Throws<NonFiniteEmbeddingException>(() => model.EmbedTokens([s_text, s_text], vectors));
        Assert.Equal(0, error.Index);
    }

    private static float[] Pooled(ModelFolder folder, string pooling)
    {
        using EmbeddingModel model = folder.Load(new() { Pooling = pooling, Normalize = false, Layers = null });
        var states = new float[7 * 64];
        model.HiddenStates(s_text, 3, states);
        var result = new float[64];
        for (int i = 0; i < 64; i++)
        {
            float[] column = [.. Enumerable.Range(0, 7).Select(t => states[t * 64 + i])];
            result[i] = pooling switch
            {
                "cls" => column[0],
                "max" => column.Max(),
                _ => column.Aggregate(0f, (sum, value) => sum + value) / 7,
            };
        }
        return result;
    }

    private static float[] Embed(EmbeddingModel model)
    {
        var vector = new float[model.Dimensions];
        model.EmbedTokens([s_text], vector);
        return vector;
    }

    private static double[] Unit(IEnumerable<float> values) => Unit([.. values.Select(v => (double)v)]);

    private static double[] Unit(double[] values)
    {
        double length = Math.Sqrt(values.Sum(v => v * v));
        return Array.ConvertAll(values, v => v / length);
    }

    private static double[] Product(float[] weight, float[] bias, double[] x)
    {
        var y = new double[bias.Length];
        for (int f = 0; f < y.Length; f++)
        {
            y[f] = bias[f];
            for (int k = 0; k < x.Length; k++)
                y[f] += weight[f * x.Length + k] * x[k];
        }
        return y;
    }

    private static void AssertClose(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Tolerances.Head);
    }
}
