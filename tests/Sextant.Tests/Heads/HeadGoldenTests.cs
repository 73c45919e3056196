using Sextant.Backends;
using Sextant.Kernels;
using Sextant.Tests.Models;

namespace Sextant.Tests.Heads;

/// <summary>The fixtures' heads against upstream's float64, on every instruction set that is fast here.</summary>
public class HeadGoldenTests
{
    private static readonly string[] s_classifiers = ["bert_seqcls", "deberta_v2"];
    private static readonly string[] s_masked = ["bert_mlm", "roberta_mlm", "distilbert_mlm", "modernbert_mlm"];
    private static readonly string[] s_next = ["llama", "qwen2", "gemma", "gemma3"];
    private static readonly string[] s_discriminators = ["electra"];

    public static TheoryData<string, Isa> Classifiers() => Each(s_classifiers);

    public static TheoryData<string, Isa> Masked() => Each(s_masked);

    public static TheoryData<string, Isa> Next() => Each(s_next);

    public static TheoryData<string, Isa> Discriminators() => Each(s_discriminators);

    [Theory]
    [MemberData(nameof(Classifiers))]
    public void LabelScoresAreEqual(string name, Isa isa)
    {
        using var golden = new GoldenModel(name);
        using SequenceClassifier model = SequenceClassifier.Load(
            golden.Folder, new() { Device = new CpuDevice(new KernelSet(isa), null) });
        foreach (GoldenCase item in golden.Cases)
        {
            var actual = new float[item.Sequences.Length * model.Labels.Count];
            model.Logits(item.Sequences, actual);
            for (int i = 0; i < item.Sequences.Length; i++)
            {
                GoldenModel.AssertClose(
                    golden.Get($"{item.Name}.{i}.logits"), actual.AsSpan(i * model.Labels.Count, model.Labels.Count),
                    item.HeadYardstick[i], $"{name} {item.Name} {i} {isa}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Masked))]
    public void MaskedWordScoresAreEqual(string name, Isa isa) =>
        AssertScores(name, isa, TokenScorer.LoadMaskedLanguage, item => item.Name == "layers");

    [Theory]
    [MemberData(nameof(Discriminators))]
    public void DiscriminatorScoresAreEqual(string name, Isa isa) =>
        AssertScores(name, isa, TokenScorer.LoadDiscriminator, _ => true);

    [Theory]
    [MemberData(nameof(Next))]
    public void NextTokenScoresAreEqual(string name, Isa isa)
    {
        using var golden = new GoldenModel(name);
        foreach (GoldenCase item in golden.Cases.Where(c => golden.TryGet($"{c.Name}.0.logits", out _)))
        {
            AttentionDirection attention = item.Mode == "causal"
                ? AttentionDirection.Causal
                : AttentionDirection.Bidirectional;
            using TokenScorer model = TokenScorer.LoadNextToken(
                golden.Folder,
                new() { Attention = attention, Device = new CpuDevice(new KernelSet(isa), null) });
            float[] expected = golden.Get($"{item.Name}.0.logits");
            var last = new float[model.Outputs];
            model.ScoreLast(item.Sequences[..1], last);
            GoldenModel.AssertClose(expected, last, item.HeadYardstick[0], $"{name} {item.Name} {isa}");
            var all = new float[item.Sequences[0].Ids.Length * model.Outputs];
            model.Score(item.Sequences[0], all);
            Assert.Equal(last, all[^model.Outputs..]);
        }
    }

    [Theory]
    [MemberData(nameof(Masked))]
    public void SparseVectorsAreEqual(string name, Isa isa)
    {
        using var golden = new GoldenModel(name);
        using SparseEncoder model = SparseEncoder.Load(
            golden.Folder, new() { Device = new CpuDevice(new KernelSet(isa), null) });
        GoldenCase item = golden.Cases.Single(c => c.Name == "mixed");
        float[] expected = golden.Get("mixed.splade");
        var vectors = new SparseVectors();
        model.EmbedTokens(item.Sequences, vectors);
        var actual = new float[expected.Length];
        for (int i = 0; i < vectors.Count; i++)
        {
            Assert.True(vectors[i].Length > 100, "The fixture's vectors are dense.");
            foreach (TermWeight term in vectors[i])
                actual[i * model.VocabularySize + term.Id] = term.Weight;
        }
        GoldenModel.AssertClose(expected, actual, item.SpladeYardstick, $"{name} {isa}");
    }

    private static void AssertScores(
        string name, Isa isa, Func<string, EmbeddingOptions?, TokenScorer> load, Func<GoldenCase, bool> has)
    {
        using var golden = new GoldenModel(name);
        using TokenScorer model = load(
            golden.Folder, new() { Device = new CpuDevice(new KernelSet(isa), null) });
        int compared = 0;
        foreach (GoldenCase item in golden.Cases.Where(has))
        {
            for (int i = 0; i < item.Sequences.Length; i++, compared++)
            {
                float[] expected = golden.Get($"{item.Name}.{i}.logits");
                var actual = new float[expected.Length];
                Assert.Equal(expected.Length, item.Sequences[i].Ids.Length * model.Outputs);
                model.Score(item.Sequences[i], actual);
                GoldenModel.AssertClose(expected, actual, item.HeadYardstick[i], $"{name} {item.Name} {i} {isa}");
            }
        }
        Assert.True(compared > 0);
    }

    private static TheoryData<string, Isa> Each(string[] fixtures)
    {
        var data = new TheoryData<string, Isa>();
        foreach (string name in fixtures)
        {
            foreach (Isa isa in InstructionSets.Supported.Where(
                i => InstructionSets.HasFusedMultiplyAdd || i == Isa.Reference))
                data.Add(name, isa);
        }
        return data;
    }
}
