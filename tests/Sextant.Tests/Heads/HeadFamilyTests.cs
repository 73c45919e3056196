using System.Text.Json.Nodes;
using Sextant.Tests.Weights;
using Sextant.Weights;

namespace Sextant.Tests.Heads;

/// <summary>
/// Classification heads of families whose fixtures have none: random weights under the families' names, the scores
/// computed by hand in double from the backbone's hidden states, which the golden tests hold.
/// </summary>
public class HeadFamilyTests
{
    private const int Labels = 3;

    // The fixture, the head's dense layer, its activation, a norm, the last layer, and which row it sees.
    public static TheoryData<string, string?, string, string?, string, string> Families => new()
    {
        { "roberta", "classifier.dense", "tanh", null, "classifier.out_proj", "first" },
        { "xlm_roberta", "classifier.dense", "tanh", null, "classifier.out_proj", "first" },
        { "mpnet", "classifier.dense", "tanh", null, "classifier.out_proj", "first" },
        { "electra", "classifier.dense", "gelu", null, "classifier.out_proj", "first" },
        { "distilbert", "pre_classifier", "relu", null, "classifier", "first" },
        { "modernbert", "head.dense", "gelu", "head.norm", "classifier", "mean" },
        { "llama", null, "", null, "score", "last" },
        { "qwen3", null, "", null, "score", "last" },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void ScoresFollowTheFormula(
        string fixture, string? dense, string activation, string? norm, string output, string row)
    {
        using var folder = new ScratchFolder();
        string source = TestData.Model(fixture);
        var tensors = new Dictionary<string, (long[] Shape, float[] Values)>();
        using (Checkpoint checkpoint = Checkpoint.Open(source))
        {
            foreach (TensorInfo tensor in checkpoint.Tensors)
            {
                var values = new float[tensor.Elements];
                checkpoint.ReadRows(tensor, 0, values);
                tensors[tensor.Name] = (tensor.Shape.ToArray(), values);
            }
        }
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!;
        int hidden = (config["hidden_size"] ?? config["dim"])!.GetValue<int>();
        if (row == "mean")
            config["classifier_pooling"] = "mean";
        folder.Write("config.json", config.ToJsonString());
        var random = new Random(fixture.Length);
        bool biased = norm is null;
        (float[] w1, float[] b1) = dense is null
            ? ([], [])
            : (Add(dense + ".weight", hidden, hidden), biased ? Add(dense + ".bias", hidden) : new float[hidden]);
        float[] gamma = norm is null ? [] : Add(norm + ".weight", hidden);
        float[] w2 = Add(output + ".weight", Labels, hidden);
        float[] b2 = dense is null ? new float[Labels] : Add(output + ".bias", Labels);
        folder.Write("model.safetensors", SafetensorsText.Floats(tensors));

        using EmbeddingModel backbone = EmbeddingModel.Load(folder.Path, new() { Pooling = "cls" });
        using SequenceClassifier model = SequenceClassifier.Load(folder.Path);
        Assert.Equal(Labels, model.Labels.Count);
        Assert.DoesNotContain(model.Card.Notes, note => note.Contains(output, StringComparison.Ordinal));
        int[] ids = [5, 900, 17, 33, 260, 41];
        var states = new float[ids.Length * hidden];
        backbone.HiddenStates(new TokenSequence(ids), backbone.Card.Layers, states);
        double[] x = [.. Enumerable.Range(0, hidden).Select(i => row switch
        {
            "first" => states[i],
            "last" => states[(ids.Length - 1) * hidden + i],
            _ => Enumerable.Range(0, ids.Length).Average(t => (double)states[t * hidden + i]),
        })];
        if (dense is not null)
            x = Array.ConvertAll(Product(w1, b1, x), v => Apply(activation, v));
        if (norm is not null)
            x = Norm(x, gamma);
        double[] expected = Product(w2, b2, x);
        var actual = new float[Labels];
        model.Logits([new TokenSequence(ids)], actual);
        for (int i = 0; i < Labels; i++)
            Assert.Equal(expected[i], actual[i], Tolerances.HeadByHand);

        float[] Add(string name, params int[] shape)
        {
            var values = new float[shape.Aggregate(1, (a, b) => a * b)];
            for (int i = 0; i < values.Length; i++)
                values[i] = 0.2f * (random.NextSingle() - 0.5f);
            tensors[name] = (Array.ConvertAll(shape, s => (long)s), values);
            return values;
        }
    }

    [Fact]
    public void ABackboneWithoutAHeadIsRefused()
    {
        var error = Assert.Throws<InvalidModelException>(
            () => SequenceClassifier.Load(TestData.Model("roberta")));
        Assert.Contains("'classifier.out_proj.weight'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nomic_bert", "sequence classification")]
    [InlineData("t5", "sequence classification")]
    public void AFamilyWithoutSuchAHeadIsRefusedWithThoseThatHaveIt(string fixture, string kind)
    {
        var error = Assert.Throws<UnsupportedRequestException>(
            () => SequenceClassifier.Load(TestData.Model(fixture)));
        Assert.Contains(kind, error.Message, StringComparison.Ordinal);
        Assert.Contains("bert, roberta", error.Message, StringComparison.Ordinal);
    }

    private static double Apply(string activation, double x) => activation switch
    {
        "tanh" => Math.Tanh(x),
        "relu" => Math.Max(0, x),
        // erf by its series: arguments are small here.
        _ => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
    };

    private static double Erf(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 60; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private static double[] Norm(double[] x, float[] gamma)
    {
        double mean = x.Average(), variance = x.Average(v => (v - mean) * (v - mean));
        return [.. x.Select((v, i) => (v - mean) / Math.Sqrt(variance + 1e-5) * gamma[i])];
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
}
