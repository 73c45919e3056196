using Sextant.Tests.Models;

namespace Sextant.Tests;

/// <summary>The token after a text that a model's files ask for and its tokenizer does not add.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class EndTokenTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    public EndTokenTests() =>
        _folder.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n<end>\none\ntwo\nthree\n");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"<end>\"")]
    [InlineData("{\"content\":\"<end>\",\"lstrip\":false}")]
    public void TheFilesAskForIt(string token)
    {
        Config($$"""{"add_eos_token":true,"eos_token":{{token}}}""");
        using EmbeddingModel model = Load();
        Assert.Equal("<end>", model.Card.EndToken);
        var vector = new float[model.Dimensions];
        Assert.Equal(new TextReport(5, 0), model.Embed("one two", vector));
        Assert.Equal(Tokens(model, 2, 6, 7, 3, 5), vector);
        Assert.Equal(Tokens(model, 2, 3, 5), model.Embed(""));
    }

    [Fact]
    public void ItIsNotPutThereTwice()
    {
        Config("""{"add_eos_token":true,"eos_token":"[SEP]"}""");
        using EmbeddingModel model = Load();
        Assert.Equal(Tokens(model, 2, 6, 3), model.Embed("one"));
    }

    [Theory]
    [InlineData("""{"add_eos_token":false,"eos_token":"<end>"}""", true, true)]
    [InlineData("""{"eos_token":"<end>"}""", null, false)]
    [InlineData("""{"add_eos_token":true,"eos_token":"<end>"}""", false, false)]
    public void TheCallerMayDecide(string config, bool? asked, bool added)
    {
        Config(config);
        using EmbeddingModel model = Load(new() { Pooling = "lasttoken", EndToken = asked });
        Assert.Equal(added ? Tokens(model, 2, 6, 3, 5) : Tokens(model, 2, 6, 3), model.Embed("one"));
        Assert.Equal(added ? "<end>" : null, model.Card.EndToken);
    }

    [Theory]
    [InlineData(Truncation.Right, new[] { 2, 6, 7, 3, 5 })]
    [InlineData(Truncation.Left, new[] { 2, 7, 8, 3, 5 })]
    public void ATextThatIsCutKeepsIt(Truncation truncation, int[] kept)
    {
        Config("""{"add_eos_token":true,"eos_token":"<end>"}""");
        using EmbeddingModel model = Load(new() { Pooling = "lasttoken", MaxTokens = 5, Truncation = truncation });
        var vector = new float[model.Dimensions];
        Assert.Equal(new TextReport(5, 1), model.Embed("one two three", vector));
        Assert.Equal(Tokens(model, kept), vector);
    }

    [Fact]
    public void WhatCannotBeIsRefused()
    {
        Config("""{"add_eos_token":true}""");
        Assert.Contains("'eos_token' is missing", Assert.Throws<InvalidModelException>(() => Load()).Message,
            StringComparison.Ordinal);
        Config("""{"add_eos_token":true,"eos_token":"</s>"}""");
        using EmbeddingModel model = Load();
        Assert.Contains(
            "'</s>'", Assert.Throws<InvalidModelException>(() => model.Embed("one")).Message, StringComparison.Ordinal);
        Config("""{"add_eos_token":true,"eos_token":"<end>"}""");
        using EmbeddingModel narrow = Load(new() { Pooling = "lasttoken", MaxTokens = 3 });
        Assert.Throws<UnsupportedRequestException>(() => narrow.Embed("one"));
    }

    [Fact]
    public void AllocatesNothing()
    {
        Config("""{"add_eos_token":true,"eos_token":"<end>"}""");
        using EmbeddingModel model = Load();
        var vector = new float[model.Dimensions];
        Assert.Equal(0, Allocations.WhenSteady(() =>
        {
            for (int i = 0; i < 1000; i++)
                model.Embed("one two three", vector);
        }));
    }

    private void Config(string json) => _folder.Write("tokenizer_config.json", json);

    private EmbeddingModel Load(EmbeddingOptions? options = null) =>
        _folder.Load(options ?? new() { Pooling = "lasttoken" });

    private static float[] Tokens(EmbeddingModel model, params int[] ids)
    {
        var vector = new float[model.Dimensions];
        model.EmbedTokens([new TokenSequence(ids)], vector);
        return vector;
    }
}
