using Sextant.Kernels;

namespace Sextant.Tests.Models;

/// <summary>
/// The fixtures of all families, on every instruction set that is fast here: hidden states, layers, poolings.
/// </summary>
public class GoldenTests
{
    /// <summary>A fixture of each family.</summary>
    public static readonly string[] Families =
    [
        "bert", "roberta", "xlm_roberta", "distilbert", "mpnet", "electra", "jina_bert_v2", "nomic_bert", "gte_new",
        "modernbert", "deberta_v2", "t5", "llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3",
        "embeddinggemma", "bloom",
    ];

    /// <summary>Those that may be causal or bidirectional.</summary>
    public static readonly string[] Decoders =
        ["llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3", "embeddinggemma"];

    // The same with heads, whose backbones have other names.
    private static readonly string[] s_withHeads =
        ["bert_mlm", "bert_seqcls", "roberta_mlm", "distilbert_mlm", "modernbert_mlm"];

    private static readonly string[] s_poolings =
        ["cls", "mean", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"];

    public static TheoryData<string, Isa> Fixtures()
    {
        var data = new TheoryData<string, Isa>();
        foreach (string name in Families.Concat(s_withHeads))
        {
            // All sets have the same bits, which ExactnessTests prove: the best one stands for them.
            Isa[] fast = [.. InstructionSets.Supported.Where(
                i => InstructionSets.HasFusedMultiplyAdd || i == Isa.Reference)];
            foreach (Isa isa in TestData.IsExhaustive ? fast : fast[..1])
                data.Add(name, isa);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void HiddenStatesAreEqual(string name, Isa isa)
    {
        using var golden = new GoldenModel(name);
        foreach (IGrouping<string, GoldenCase> mode in golden.Cases.GroupBy(c => c.Mode))
        {
            using EmbeddingModel model = Load(golden, isa, mode.Key);
            foreach (GoldenCase item in mode)
            {
                for (int i = 0; i < item.Sequences.Length; i++)
                {
                    float[] expected = golden.Get($"{item.Name}.{i}.last_hidden_state");
                    var actual = new float[expected.Length];
                    model.HiddenStates(item.Sequences[i], model.Card.Layers, actual);
                    GoldenModel.AssertClose(expected, actual, item.Yardstick[i], $"{name} {item.Name} {i} {isa}");
                }
            }
        }
    }

    // After the last layer the fixture has the raw sum and the model its last norm: that state is in the test above.
    [Theory]
    [MemberData(nameof(Fixtures))]
    public void EveryLayerIsEqual(string name, Isa isa)
    {
        using var golden = new GoldenModel(name);
        foreach (GoldenCase item in golden.Cases.Where(c => c.Name.StartsWith("layers", StringComparison.Ordinal)))
        {
            using EmbeddingModel model = Load(golden, isa, item.Mode);
            for (int layer = 0; layer < model.Card.Layers; layer++)
            {
                float[] expected = golden.Get($"{item.Name}.0.hidden.{layer}");
                var actual = new float[expected.Length];
                model.HiddenStates(item.Sequences[0], layer, actual);
                GoldenModel.AssertClose(expected, actual, item.Yardstick[0], $"{name} {item.Name} {layer} {isa}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void PooledVectorsAreEqual(string name, Isa isa)
    {
        using var golden = new GoldenModel(name);
        foreach (GoldenCase item in golden.Cases.Where(c => c.Pooled.Count > 0))
        {
            foreach (string pooling in s_poolings)
            {
                using EmbeddingModel model = Load(golden, isa, item.Mode, pooling);
                float[] expected = golden.Get($"{item.Name}.pooled.{pooling}");
                var actual = new float[expected.Length];
                model.EmbedTokens(item.Sequences, actual);
                GoldenModel.AssertClose(expected, actual, item.Pooled[pooling], $"{name} {item.Name} {pooling} {isa}");
            }
        }
    }

    private static EmbeddingModel Load(GoldenModel golden, Isa isa, string mode, string pooling = "mean")
    {
        var options = new EmbeddingOptions
        {
            Pooling = pooling,
            Normalize = true,
            Attention = mode == "causal" ? AttentionDirection.Causal : AttentionDirection.Bidirectional,
        };
        return EmbeddingModel.Load(golden.Folder, options, new KernelSet(isa));
    }
}
