using Sextant.Backends;
using Sextant.Conversion;

namespace Sextant.Cli.Tests;

/// <summary>What <c>convert --int8</c> writes has, without the original, the bits that int8 mode has of it.</summary>
public sealed class ConvertInt8Tests(TinyModel model) : IClassFixture<TinyModel>, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sextant-int8-").FullName;

    private string Output => Path.Combine(_root, "out");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void TheVectorsAreThoseOfInt8Mode()
    {
        Outcome outcome = CommandLine.Run("convert", model.Folder, "--int8", "--output", Output);
        Assert.True(outcome.Exit == 0, outcome.Error);
        string[] embed = ["embed", "--precision", "int8", "the sky is blue.", "hello", "--model"];
        string expected = CommandLine.Run([.. embed, model.Folder]).Output;
        Assert.NotEqual(expected, CommandLine.Run(["embed", "the sky is blue.", "hello", "--model", model.Folder]).Output);
        Assert.Equal(expected, CommandLine.Run([.. embed, Output]).Output);
        Assert.Equal(0, CommandLine.Run("embed", "hello", "--model", Output).Exit); // exact: the bytes, widened
        Assert.Equal(Names(model.Folder), Names(Output));
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("bert_mlm")]
    [InlineData("distilbert")]
    [InlineData("mpnet")]
    [InlineData("electra")]
    [InlineData("jina_bert_v2")]
    [InlineData("nomic_bert")]
    [InlineData("gte_new")]
    [InlineData("modernbert")]
    [InlineData("t5")]
    [InlineData("llama")]
    [InlineData("qwen3")]
    [InlineData("gemma3")]
    [InlineData("bloom")]
    public void EveryFormOfMatrixKeepsItsBits(string fixture)
    {
        string folder = Path.Combine(Checkout.Root, "tests", "fixtures", "models", fixture);
        Int8Conversion.Convert(folder, Output);
        Assert.Equal(States(folder), States(Output));
    }

    /// <summary>DeBERTa projects its distances by the layers' own matrices when it is loaded.</summary>
    [Fact]
    public void WhatIsComputedFromWeightsIsRefused()
    {
        string folder = Path.Combine(Checkout.Root, "tests", "fixtures", "models", "deberta_v2");
        var error = Assert.Throws<InvalidModelException>(() => Int8Conversion.Convert(folder, Output));
        Assert.Contains("other vectors than int8 mode", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public void BytesAreNotConvertedAgainAndOnnxFlagsAreRefused()
    {
        Assert.Equal(0, CommandLine.Run("convert", model.Folder, "--int8", "--output", Output).Exit);
        Outcome again = CommandLine.Run("convert", Output, "--int8", "--output", Output + "2");
        Assert.Equal(1, again.Exit);
        Assert.Contains("bytes already", again.ErrorLine, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output + "2"));
        Outcome usage = CommandLine.Run("convert", model.Folder, "--int8", "--type", "f16", "--output", Output + "2");
        Assert.Equal(2, usage.Exit);
        Assert.Contains("--type is for ONNX", usage.ErrorLine, StringComparison.Ordinal);
    }

    private static float[] States(string folder)
    {
        using var loaded = EmbeddingModel.Load(folder, new() { Pooling = "mean", Precision = Precision.Int8 });
        var states = new float[8 * loaded.Card.HiddenSize];
        loaded.HiddenStates(new TokenSequence(new[] { 2, 30, 7, 45, 45, 9, 61, 3 }), loaded.Card.Layers, states);
        return states;
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal);
}
