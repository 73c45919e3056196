using Sextant.Tests;
using Sextant.Tests.Models;

namespace Sextant.Gpu.Tests;

/// <summary>Heads and static tables on a device: the processor's bits.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class DeviceHeadTests
{
    [Theory]
    [InlineData("bert_mlm", null)]
    [InlineData("bert_mlm", 16)]
    [InlineData("modernbert_mlm", null)]
    public void SparseVectorsAreEqual(string fixture, int? blockRows)
    {
        using var golden = new GoldenModel(fixture);
        TokenSequence[] sequences = golden.Cases.Single(c => c.Name == "mixed").Sequences;
        var (expected, actual) = (new SparseVectors(), new SparseVectors());
        using (SparseEncoder cpu = SparseEncoder.Load(golden.Folder))
            cpu.EmbedTokens(sequences, expected);
        using (SparseEncoder device = SparseEncoder.Load(
            golden.Folder, new() { Device = DeviceHere.Device }, blockRows))
            device.EmbedTokens(sequences, actual);
        for (int i = 0; i < sequences.Length; i++)
        {
            Assert.NotEmpty(expected[i].ToArray());
            Assert.True(expected[i].SequenceEqual(actual[i]), $"{fixture} {i}");
        }
    }

    [Theory]
    [InlineData("bert_seqcls")]
    [InlineData("deberta_v2")]
    public void LabelScoresAreEqual(string fixture)
    {
        using var golden = new GoldenModel(fixture);
        TokenSequence[] sequences = golden.Cases.Single(c => c.Name == "mixed").Sequences;
        using SequenceClassifier cpu = SequenceClassifier.Load(golden.Folder);
        using SequenceClassifier device = SequenceClassifier.Load(golden.Folder, new() { Device = DeviceHere.Device });
        var expected = new float[sequences.Length * cpu.Labels.Count];
        var actual = new float[expected.Length];
        cpu.Logits(sequences, expected);
        device.Logits(sequences, actual);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("sentence-transformers")]
    [InlineData("attended")]
    [InlineData("pylate")]
    [InlineData("colbert")]
    public void VectorsOfTokensAreEqual(string layout)
    {
        string folder = Path.Combine(TestData.Fixtures, "multi-vector", layout);
        using MultiVectorEncoder cpu = MultiVectorEncoder.Load(folder);
        using MultiVectorEncoder device = MultiVectorEncoder.Load(folder, new() { Device = DeviceHere.Device });
        string[] texts = ["the cat sat", "", "a dog, a red dog!", "where is the sea ? over the mat and over the fog"];
        var (expected, actual) = (new MultiVectors(), new MultiVectors());
        foreach (bool queries in new[] { true, false })
        {
            Embed(cpu, expected, queries);
            Embed(device, actual, queries);
            for (int i = 0; i < texts.Length; i++)
            {
                Assert.NotEmpty(expected[i].ToArray());
                Assert.Equal(expected[i].ToArray(), actual[i].ToArray());
            }
        }
        Assert.Equal(cpu.Rank("the cat", texts), device.Rank("the cat", texts));

        void Embed(MultiVectorEncoder model, MultiVectors vectors, bool queries)
        {
            if (queries)
                model.EmbedQueries(texts, vectors);
            else
                model.EmbedDocuments(texts, vectors);
        }
    }

    [Fact]
    public void NextTokenScoresAreEqual()
    {
        using var golden = new GoldenModel("llama");
        TokenSequence sequence = golden.Cases.Single(c => c.Name == "layers").Sequences[0];
        using TokenScorer cpu = TokenScorer.LoadNextToken(golden.Folder);
        using TokenScorer device = TokenScorer.LoadNextToken(
            golden.Folder, new() { Device = DeviceHere.Device });
        var expected = new float[sequence.Ids.Length * cpu.Outputs];
        var actual = new float[expected.Length];
        cpu.Score(sequence, expected);
        device.Score(sequence, actual);
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("test-model-float32")]
    [InlineData("test-model-float16")]
    [InlineData("test-model-vocab-quantized")]
    public void StaticTablesAreEqual(string fixture)
    {
        string folder = TestData.Shared("models", "model2vec-rs-fixtures", fixture);
        using EmbeddingModel cpu = EmbeddingModel.Load(folder);
        using EmbeddingModel device = EmbeddingModel.Load(folder, new() { Device = DeviceHere.Device });
        string[] texts = ["hello world", "", "a longer text about nothing in particular", "hello"];
        var expected = new float[texts.Length * cpu.Dimensions];
        var actual = new float[expected.Length];
        cpu.Embed(texts, expected);
        device.Embed(texts, actual);
        Assert.Equal(expected, actual);
    }
}
