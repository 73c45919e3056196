using System.Text.Json;

namespace Sextant.Tests.Models;

/// <summary>Static tables: model2vec's own fixtures with the vectors of its Python code.</summary>
public class StaticTableTests
{
    private const string Short = "hello world";
    private static readonly string s_long = string.Join(' ', Enumerable.Repeat("hello", 1000));

    // The text, the file with its vector, and the folder.
    public static TheoryData<string, string, string> Fixtures => new()
    {
        { "test-model-float32", "embeddings_short.json", Short },
        { "test-model-float32", "embeddings_long.json", s_long },
        { "test-model-sentence-transformers", "embeddings_short.json", Short },
        { "test-model-sentence-transformers", "embeddings_long.json", s_long },
    };

    [SharedTheory]
    [MemberData(nameof(Fixtures))]
    public void VectorsAreModel2Vecs(string folder, string expected, string text)
    {
        using EmbeddingModel model = EmbeddingModel.Load(Folder(folder));
        AssertClose(Expected(expected), model.Embed(text), Tolerances.StaticTable);
    }

    [Fact]
    public void AQuantisedVocabularyWithItsOwnTokenizerIsModel2Vecs()
    {
        using EmbeddingModel model = EmbeddingModel.Load(Folder("test-model-vocab-quantized"));
        AssertClose(Expected("embeddings_vocab_quantized.json"), model.Embed(s_long), Tolerances.StaticTable);
        Assert.Equal((64, 29524), (model.Dimensions, model.Card.VocabularySize));
    }

    [Fact]
    public void TheMeanOfEqualRowsIsThatRow()
    {
        using EmbeddingModel model = EmbeddingModel.Load(Folder("test-model-float32"));
        AssertClose(model.Embed("hello"), model.Embed(s_long), Tolerances.Head);
    }

    // The reference stands for the exact table; these are its roundings, and model2vec-rs allows them a tenth.
    [SharedTheory]
    [InlineData("test-model-float16", 1e-3)]
    [InlineData("test-model-int8", 1e-1)]
    public void NarrowTablesComeNearTheirOriginal(string folder, double allowed)
    {
        using EmbeddingModel model = EmbeddingModel.Load(Folder(folder));
        AssertClose(Expected("embeddings_short.json"), model.Embed(Short), allowed);
        AssertClose(Expected("embeddings_long.json"), model.Embed(s_long), allowed);
    }

    [Fact]
    public void TheCardSaysWhatItIs()
    {
        using EmbeddingModel model = EmbeddingModel.Load(Folder("test-model-float16"));
        Assert.Equal(("model2vec", "F16", "mean", true),
            (model.Card.Architecture, model.Card.StoredType, model.Card.Pooling, model.Card.Normalized));
        Assert.Equal((2, 0, 29528, 1_000_000),
            (model.Dimensions, model.Card.Layers, model.Card.VocabularySize, model.MaxTokens));
        Assert.Empty(model.Card.Notes);
    }

    [SharedTheory]
    [InlineData(AttentionDirection.Causal)]
    [InlineData(AttentionDirection.Bidirectional)]
    public void ADirectionOfAttentionIsRefused(AttentionDirection attention)
    {
        var error = Assert.Throws<UnsupportedRequestException>(
            () => EmbeddingModel.Load(Folder("test-model-float16"), new() { Attention = attention }));
        Assert.Contains("no token sees another", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownWordsAreLeftOutAsModel2VecDoes()
    {
        using EmbeddingModel model = EmbeddingModel.Load(Folder("test-model-float32"), new() { MaxTokens = 2 });
        var vectors = new float[4 * model.Dimensions];
        var reports = new TextReport[4];
        model.Embed(["hello \u4DFF world", "hello world", "\u4DFF", "\u4DFF hello world again"], vectors, reports);
        Assert.Equal(vectors[2..4], vectors[..2]);
        Assert.Equal(vectors[2..4], vectors[6..8]);
        Assert.Equal([0f, 0f], vectors[4..6]);
        Assert.Equal([new TextReport(2, 0, 1), new(2, 0), new(0, 0, 1), new(2, 1, 1)], reports);
        // A StaticEmbedding without model2vec's config.json keeps them.
        using EmbeddingModel plain = EmbeddingModel.Load(Folder("test-model-sentence-transformers"));
        Assert.NotEqual(plain.Embed("hello world"), plain.Embed("hello \u4DFF world"));
    }

    [Fact]
    public void ATextWithoutTokensHasTheZeroVectorInAnyBatch()
    {
        using EmbeddingModel model = EmbeddingModel.Load(Folder("test-model-float32"));
        var vectors = new float[6];
        var reports = new TextReport[3];
        model.Embed(["", "hello world", " "], vectors, reports);
        Assert.Equal([0f, 0f, .. model.Embed("hello world"), 0f, 0f], vectors);
        Assert.Equal([0, 2, 0], reports.Select(report => report.Tokens));
    }

    [Fact]
    public void AQuantisedVocabularyIsWeightTimesRow()
    {
        using var folder = new TableFolder();
        float[] rows = [1, 2, 3, 4];
        folder.Write(rows, [2, 2], new() { ["mapping"] = [1, 0, 1, 1, 0], ["weights"] = [0.5f, 2, 3, 1, 0.25f] });
        using EmbeddingModel model = folder.Load();
        float[] expected = [(3 * 0.5f + 1 * 2f + 3 * 3f) / 3, (4 * 0.5f + 2 * 2f + 4 * 3f) / 3];
        Assert.Equal(expected, Embed(model, 0, 1, 2));
        Assert.Equal([1 * 0.25f, 2 * 0.25f], Embed(model, 4));
    }

    [SharedTheory]
    [InlineData("mapping", 2f, "'mapping' holds 2 at 1; rows 0 to 1 are there")]
    [InlineData("mapping", -1f, "'mapping' holds -1 at 1")]
    [InlineData("mapping", 0.5f, "'mapping' holds 0.5 at 1")]
    public void AMappingOutsideTheTableIsRefused(string name, float value, string message)
    {
        using var folder = new TableFolder();
        folder.Write([1, 2, 3, 4], [2, 2], new() { [name] = [0, value, 1] });
        var error = Assert.Throws<InvalidModelException>(() => folder.Load());
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        using var folder = new TableFolder();
        folder.Write([1, 2, 3, 4], [2, 2], new() { ["weights"] = [1, 1, 1] });
        var error = Assert.Throws<InvalidModelException>(() => folder.Load());
        Assert.Contains(
            "'embeddings' is [2,2]; a static table of 3 tokens needs [3,2].", error.Message, StringComparison.Ordinal);
        folder.Write([1, 2, 3, 4], [4], []);
        Assert.Throws<InvalidModelException>(() => folder.Load());
        folder.Write([1, 2, 3, 4], [2, 2], []);
        Assert.Throws<UnsupportedRequestException>(() => folder.Load(new() { Layers = 1 }));
    }

    private static string Folder(string name) => TestData.Shared("models", "model2vec-rs-fixtures", name);

    private static float[] Expected(string name) =>
        JsonSerializer.Deserialize<float[][]>(File.ReadAllText(Folder(name)))![0];

    private static float[] Embed(EmbeddingModel model, params int[] ids)
    {
        var vector = new float[model.Dimensions];
        model.EmbedTokens([new TokenSequence(ids)], vector);
        return vector;
    }

    private static void AssertClose(float[] expected, float[] actual, double allowed)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], allowed);
    }
}
