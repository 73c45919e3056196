using System.Text.Json;
using Sextant.Tests.Weights;
using Sextant.Weights;

namespace Sextant.Tests.Cases;

/// <summary>Model folders of public reports: numpy's values, another folder's bits, or a refusal by name.</summary>
public class ModelCaseTests
{
    private static readonly Dictionary<string, string> s_refused = new()
    {
        ["M05b"] = "name a pooling",
        ["M06c"] = "1_Pooling",
        ["M11c"] = "the names of its tensors begin with 'model.'",
        ["M11f"] = "the names of its tensors begin with 'encoder.'",
        ["M11h"] = "the names of its tensors begin with 'base_model.model.'",
        ["M15a"] = "pytorch_model.bin is a pickle",
        ["M15c"] = "activation_function",
        ["M16_metanum"] = "'__metadata__' holds 'step', which is no string",
        ["M16_metaonly"] = "is missing",
        ["M23"] = "'pooling_mode_mean_tokens' is missing",
        ["M31"] = "'position_embedding_type' is 'relative_key_query'",
        ["M32"] = "'model_type' is missing",
        ["M33"] = "'layer_norm_eps'",
    };

    // Folders that mean the same model in other words.
    private static readonly Dictionary<string, string> s_equal = new()
    {
        ["M01"] = "M01base",
        ["M09a"] = "M09base",
        ["M09b"] = "M09base",
        ["M09c"] = "M09base",
        ["M09d"] = "M09base",
        ["M09e"] = "M09base",
        ["M09f"] = "M09base",
    };

    private static readonly string[] s_sparse = ["M02", "M07a", "M07b", "M07c", "M07d", "M07e"];
    private static readonly string[] s_limits = ["M33b", "M33c", "M33d", "M33e"];
    private static readonly string[] s_other = ["M01base", "M05", "M09base", "M16_f16mixed", "M28"];
    private static readonly string[] s_classifiers = ["R00", "M25", "M25b", "M25c", "M25d"];

    public static TheoryData<string> Refused => [.. s_refused.Keys];

    public static TheoryData<string, string> Equal => new(s_equal.Select(pair => (pair.Key, pair.Value)));

    public static TheoryData<string> Embedders => [.. CaseFolder.Names('M').Where(name =>
        CaseFolder.Has(name, "expected.json") && !s_refused.ContainsKey(name) && !s_equal.ContainsKey(name)
        && !s_sparse.Contains(name) && !s_other.Contains(name) && !s_classifiers.Contains(name))];

    [Theory]
    [MemberData(nameof(Embedders))]
    public void TheVectorIsNumpys(string name)
    {
        JsonElement expected = CaseFolder.Expected(name);
        using EmbeddingModel model = EmbeddingModel.Load(CaseFolder.Path(name), new() { Threads = 1 });
        var vector = new float[model.Dimensions];
        TextReport report = model.Embed(expected.GetProperty("text").GetString()!, vector);
        if (expected.TryGetProperty("tokens", out JsonElement tokens))
            Assert.Equal(tokens.GetInt32(), report.Tokens);
        AssertNear(CaseFolder.Numbers(expected.GetProperty("embedding")), vector);
    }

    [Theory]
    [MemberData(nameof(Equal))]
    public void AnotherWayToSayItGivesTheSameBits(string name, string same)
    {
        float[] vector = OfIds(name);
        Assert.Equal(OfIds(same), vector);
        if (CaseFolder.Has(name, "expected.json"))
            AssertNear(CaseFolder.Numbers(CaseFolder.Expected(name).GetProperty("embedding")), vector);
    }

    [Theory]
    [InlineData("M02")]
    [InlineData("M07a")]
    [InlineData("M07b")]
    [InlineData("M07c")]
    [InlineData("M07d")]
    [InlineData("M07e")]
    public void TheTermsAreNumpys(string name)
    {
        JsonElement expected = CaseFolder.Expected(name);
        using SparseEncoder model = SparseEncoder.Load(CaseFolder.Path(name));
        var weights = new float[model.VocabularySize];
        foreach (TermWeight term in model.Embed(expected.GetProperty("text").GetString()!))
            weights[term.Id] = term.Weight;
        AssertNear(CaseFolder.Numbers(expected.GetProperty("weights")), weights);
    }

    [Theory]
    [InlineData("R00")]
    [InlineData("M25")]
    [InlineData("M25b")]
    [InlineData("M25c")]
    [InlineData("M25d")]
    public void TheLogitsAreNumpys(string name)
    {
        JsonElement expected = CaseFolder.Expected(name);
        using SequenceClassifier model = SequenceClassifier.Load(
            CaseFolder.Path(name), new() { Function = ScoreFunction.None });
        string[] documents = CaseFolder.Strings(expected.GetProperty("docs"));
        var scores = new float[documents.Length];
        model.Rank(expected.GetProperty("query").GetString()!, documents, scores);
        AssertNear(CaseFolder.Numbers(expected.GetProperty("logits")), scores);
        using SequenceClassifier own = SequenceClassifier.Load(CaseFolder.Path(name));
        // The folders of a CrossEncoder say that scores stay as they are.
        Assert.Equal(name == "R00" ? ScoreFunction.Sigmoid : ScoreFunction.None, own.RankFunction);
        Assert.Equal(CaseFolder.Numbers(expected.GetProperty("order")).Select(index => (int)index),
            model.Rank(expected.GetProperty("query").GetString()!, documents).Select(document => document.Index));
    }

    [Fact]
    public void ModelInputNamesWithoutTypesMeanZeros()
    {
        JsonElement expected = CaseFolder.Expected("M28");
        using SequenceClassifier model = SequenceClassifier.Load(CaseFolder.Path("M28"));
        var scores = new float[1];
        model.Rank(
            expected.GetProperty("query").GetString()!, CaseFolder.Strings(expected.GetProperty("docs")), scores);
        AssertNear([expected.GetProperty("score").GetDouble()], scores);
        Assert.Contains(model.Card.Notes,
            note => note.Contains("'model_input_names' is without token_type_ids", StringComparison.Ordinal));
    }

    [Fact]
    public void LayersAreAveragedByTheirWeights()
    {
        using var scratch = new ScratchFolder();
        string source = CaseFolder.Path("M14b");
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
            scratch.Write(Path.GetRelativePath(source, file), File.ReadAllBytes(file));
        scratch.Write("1_WeightedLayerPooling/config.json",
            """{"word_embedding_dimension": 8, "layer_start": 0, "num_hidden_layers": 1}""");
        Weights(0.5f, 0.5f);
        using (EmbeddingModel equal = EmbeddingModel.Load(scratch.Path))
        {
            using EmbeddingModel average = EmbeddingModel.Load(scratch.Path, new() { AverageLayers = [0, 1] });
            Assert.Equal("0+1", equal.Card.LayersInUse);
            Assert.Equal(average.Embed("the cat sat"), equal.Embed("the cat sat"));
        }
        int[] ids = [2, 5, 6, 7, 3];
        using (EmbeddingModel plain = EmbeddingModel.Load(CaseFolder.Path("M14b")))
        {
            var before = new float[ids.Length * 8];
            var after = new float[before.Length];
            plain.HiddenStates(new TokenSequence(ids), 0, before);
            plain.HiddenStates(new TokenSequence(ids), 1, after);
            foreach ((float first, float second) in new[] { (0.5f, 0.25f), (-1f, 3f), (0f, 2f), (0.3f, 0.1f) })
            {
                Weights(first, second);
                double sum = (double)first + second;
                double[] expected = [.. Enumerable.Range(0, 8).Select(i => Enumerable.Range(0, ids.Length).Average(
                    t => ((first * (double)before[(t * 8) + i]) + (second * (double)after[(t * 8) + i])) / sum))];
                float[]? bits = null;
                foreach (Sextant.Kernels.Isa isa in Sextant.Kernels.InstructionSets.Supported)
                {
                    using EmbeddingModel model = EmbeddingModel.Load(scratch.Path, new()
                    {
                        Device = new Sextant.Backends.CpuDevice(new Sextant.Kernels.KernelSet(isa), null),
                    });
                    var vector = new float[8];
                    model.EmbedTokens([new TokenSequence(ids)], vector);
                    AssertNear(expected, vector);
                    Assert.Equal(bits ??= vector, vector);
                }
            }
        }
        Weights(1f, -1f);
        var error = Assert.Throws<InvalidModelException>(() => EmbeddingModel.Load(scratch.Path));
        Assert.Contains("the sum of 'layer_weights' is 0", error.Message, StringComparison.Ordinal);

        void Weights(float first, float second) => scratch.Write("1_WeightedLayerPooling/model.safetensors",
            SafetensorsText.Floats(new() { ["layer_weights"] = ([2], [first, second]) }));
    }

    // A template's type 1 is beyond a table of one type, which means that types are not given at all.
    [Fact]
    public void OneTypeMeansZeros()
    {
        using var scratch = new ScratchFolder();
        string source = CaseFolder.Path("M28");
        foreach (string file in Directory.GetFiles(source))
            scratch.Write(Path.GetFileName(file), File.ReadAllBytes(file));
        scratch.Write("tokenizer_config.json", """{"tokenizer_class": "PreTrainedTokenizerFast"}""");
        string config = File.ReadAllText(Path.Combine(source, "config.json"));
        scratch.Write("config.json", config.Replace("\"type_vocab_size\": 2", "\"type_vocab_size\": 1",
            StringComparison.Ordinal));
        var tensors = new Dictionary<string, (long[] Shape, float[] Values)>();
        using (Checkpoint checkpoint = Checkpoint.Open(source))
        {
            foreach (TensorInfo tensor in checkpoint.Tensors)
            {
                var values = new float[tensor.Elements];
                checkpoint.ReadRows(tensor, 0, values);
                bool isTypes = tensor.Name.EndsWith("token_type_embeddings.weight", StringComparison.Ordinal);
                tensors[tensor.Name] = isTypes ? ([1, 8], values[..8]) : (tensor.Shape.ToArray(), values);
            }
        }
        scratch.Write("model.safetensors", SafetensorsText.Floats(tensors));
        using SequenceClassifier one = SequenceClassifier.Load(scratch.Path);
        var scores = new float[1];
        one.Rank("the cat", ["dog ran"], scores);
        AssertNear([CaseFolder.Expected("M28").GetProperty("score").GetDouble()], scores);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void ARefusalNamesWhatIsWrong(string name)
    {
        string path = CaseFolder.Path(name);
        var error = Assert.ThrowsAny<SextantException>(() =>
        {
            if (name.StartsWith("M25", StringComparison.Ordinal))
                SequenceClassifier.Load(path).Dispose();
            else
                EmbeddingModel.Load(path).Dispose();
        });
        Assert.Contains(s_refused[name], error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnEmbedderDoesNotRank() => Assert.Contains("classifier.weight", Assert.Throws<InvalidModelException>(
        () => SequenceClassifier.Load(CaseFolder.Path("M05"))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("M33b")]
    [InlineData("M33c")]
    [InlineData("M33d")]
    [InlineData("M33e")]
    public void ALimitThatIsNoneIsNone(string name)
    {
        using EmbeddingModel model = EmbeddingModel.Load(CaseFolder.Path(name));
        Assert.Equal(32, model.MaxTokens);
        Assert.Equal(8, model.Embed("the cat sat").Length);
    }

    // Some tensors in 16 bits: near the folder whose tensors are all in 32.
    [Fact]
    public void MixedElementTypesLoad()
    {
        using EmbeddingModel mixed = EmbeddingModel.Load(CaseFolder.Path("M16_f16mixed"));
        using EmbeddingModel plain = EmbeddingModel.Load(CaseFolder.Path("M00"));
        float[] expected = plain.Embed("the cat sat"), vector = mixed.Embed("the cat sat");
        for (int i = 0; i < vector.Length; i++)
            Assert.InRange(vector[i], expected[i] - Tolerances.Halves, expected[i] + Tolerances.Halves);
    }

    [Fact]
    public void EveryCaseIsTested() => Assert.Equal(CaseFolder.Names('M').Concat(CaseFolder.Names('R')),
        Embedders.Select(row => row.Data).Concat(s_refused.Keys).Concat(s_equal.Keys).Concat(s_sparse)
            .Concat(s_limits).Concat(s_other).Concat(s_classifiers).Order(StringComparer.Ordinal));

    private static float[] OfIds(string name)
    {
        int[] ids = [.. CaseFolder.Lines(name, "ids.jsonl")[0].GetProperty("ids").EnumerateArray()
            .Select(id => id.GetInt32())];
        using EmbeddingModel model = EmbeddingModel.Load(CaseFolder.Path(name), new() { Threads = 1 });
        var vector = new float[model.Dimensions];
        model.EmbedTokens([new TokenSequence(ids)], vector);
        return vector;
    }

    private static void AssertNear(double[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = Tolerances.Cases * Math.Max(1, largest);
            Assert.InRange(actual[i], expected[i] - allowed, expected[i] + allowed);
        }
    }
}
