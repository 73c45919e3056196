using Sextant.Kernels;

namespace Sextant.Tests.Models;

/// <summary>The bert fixtures, on every instruction set that is fast here: hidden states, layers, poolings.</summary>
public class BertGoldenTests
{
    private static readonly string[] s_poolings =
        ["cls", "mean", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"];

    public static TheoryData<string, Isa> Fixtures()
    {
        var data = new TheoryData<string, Isa>();
        foreach (string name in new[] { "bert", "bert_mlm", "bert_seqcls" })
        {
            foreach (Isa isa in InstructionSets.Supported.Where(i => InstructionSets.HasFusedMultiplyAdd || i == Isa.Reference))
                data.Add(name, isa);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void HiddenStatesAreEqual(string name, Isa isa)
    {
        using var golden = new GoldenModel(name);
        using EmbeddingModel model = Load(golden, isa, new() { Pooling = "mean" });
        int layers = model.Card.Layers;
        foreach (GoldenCase item in golden.Cases)
        {
            for (int i = 0; i < item.Sequences.Length; i++)
            {
                float[] expected = golden.Get($"{item.Name}.{i}.last_hidden_state");
                var actual = new float[expected.Length];
                model.HiddenStates(item.Sequences[i], layers, actual);
                GoldenModel.AssertClose(expected, actual, item.Yardstick[i], $"{name} {item.Name} {i} {isa}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void EveryLayerIsEqual(string name, Isa isa)
    {
        using var golden = new GoldenModel(name);
        using EmbeddingModel model = Load(golden, isa, new() { Pooling = "mean" });
        GoldenCase item = golden.Cases.Single(c => c.Name == "layers");
        for (int layer = 0; layer <= model.Card.Layers; layer++)
        {
            float[] expected = golden.Get($"layers.0.hidden.{layer}");
            var actual = new float[expected.Length];
            model.HiddenStates(item.Sequences[0], layer, actual);
            GoldenModel.AssertClose(expected, actual, item.Yardstick[0], $"{name} layer {layer} {isa}");
        }
    }

    [Theory]
    [MemberData(nameof(Fixtures))]
    public void PooledVectorsAreEqual(string name, Isa isa)
    {
        using var golden = new GoldenModel(name);
        GoldenCase item = golden.Cases.Single(c => c.Name == "mixed");
        foreach (string pooling in s_poolings)
        {
            using EmbeddingModel model = Load(golden, isa, new() { Pooling = pooling, Normalize = true });
            float[] expected = golden.Get($"mixed.pooled.{pooling}");
            var actual = new float[expected.Length];
            model.EmbedTokens(item.Sequences, actual);
            GoldenModel.AssertClose(expected, actual, item.Pooled[pooling], $"{name} {pooling} {isa}");
        }
    }

    private static EmbeddingModel Load(GoldenModel golden, Isa isa, EmbeddingOptions options) =>
        EmbeddingModel.Load(golden.Folder, options, new KernelSet(isa));
}
