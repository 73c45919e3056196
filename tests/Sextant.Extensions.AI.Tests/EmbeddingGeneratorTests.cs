using System.Runtime.InteropServices;
using Microsoft.Extensions.AI;

namespace Sextant.Extensions.AI.Tests;

public sealed class EmbeddingGeneratorTests : IDisposable
{
    private static readonly string[] s_texts =
        ["Boil the rice until it is soft.", "", "Parliament passed the budget.", "mit Umlauten: Äpfel, Öl", "a"];

    private readonly EmbeddingModel _model = EmbeddingModel.LoadDefault();
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;

    public EmbeddingGeneratorTests() => _generator = _model.AsIEmbeddingGenerator();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _generator.Dispose();
        _model.Dispose();
    }

    [Fact]
    public async Task TheVectorsAreTheModels()
    {
        GeneratedEmbeddings<Embedding<float>> found = await _generator.GenerateAsync(s_texts, null, Stop);

        Assert.Equal(s_texts.Length, found.Count);
        for (int i = 0; i < s_texts.Length; i++)
            AssertSameBits(_model.Embed(s_texts[i]), found[i].Vector);
    }

    [Fact]
    public async Task UsageCountsTheTokensOfTheTokenizer()
    {
        GeneratedEmbeddings<Embedding<float>> found = await _generator.GenerateAsync(s_texts, null, Stop);

        var reports = new TextReport[s_texts.Length];
        _model.Embed(s_texts, new float[s_texts.Length * _model.Dimensions], reports, cancellationToken: Stop);
        Assert.Equal(reports.Sum(report => report.Tokens), found.Usage?.InputTokenCount);
        Assert.Equal(found.Usage?.InputTokenCount, found.Usage?.TotalTokenCount);
        Assert.Null(found.Usage?.AdditionalCounts);
        Assert.All(found, embedding => Assert.Null(embedding.AdditionalProperties));
    }

    [Fact]
    public async Task WhatWasCutIsSaid()
    {
        using EmbeddingModel model = EmbeddingModel.LoadDefault(new EmbeddingOptions { MaxTokens = 4 });
        using IEmbeddingGenerator<string, Embedding<float>> generator = model.AsIEmbeddingGenerator();

        GeneratedEmbeddings<Embedding<float>> found =
            await generator.GenerateAsync(["rice", "one two three four five six seven"], null, Stop);

        Assert.Null(found[0].AdditionalProperties);
        int cut = Assert.IsType<int>(found[1].AdditionalProperties!["truncated_tokens"]);
        Assert.True(cut > 0);
        Assert.Equal(cut, found.Usage!.AdditionalCounts!["truncated_tokens"]);
    }

    [Fact]
    public async Task WhatIsUnknownIsSaid()
    {
        GeneratedEmbeddings<Embedding<float>> found =
            await _generator.GenerateAsync(["rice", "ᚠᚢᚦ ᚠᚢᚦ"], null, Stop);

        Assert.Null(found[0].AdditionalProperties);
        Assert.Equal(2, found[1].AdditionalProperties!["unknown_tokens"]);
        Assert.Equal(2, found.Usage!.AdditionalCounts!["unknown_tokens"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(128)]
    public async Task TheDimensionsOfACallAreThoseOfAModelLoadedWithThem(int dimensions)
    {
        using EmbeddingModel shorter = EmbeddingModel.LoadDefault(new EmbeddingOptions { Dimensions = dimensions });
        var options = new EmbeddingGenerationOptions { Dimensions = dimensions };

        GeneratedEmbeddings<Embedding<float>> found = await _generator.GenerateAsync(s_texts, options, Stop);

        for (int i = 0; i < s_texts.Length; i++)
            AssertSameBits(shorter.Embed(s_texts[i]), found[i].Vector);
    }

    [Fact]
    public async Task DimensionsThatThereAreNotAreRefused()
    {
        var options = new EmbeddingGenerationOptions { Dimensions = 100_000 };
        UnsupportedRequestException error = await Assert.ThrowsAsync<UnsupportedRequestException>(
            () => _generator.GenerateAsync(["rice"], options, Stop));
        Assert.Contains("100000 dimensions were asked for", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoTextsAreNoEmbeddings()
    {
        GeneratedEmbeddings<Embedding<float>> found = await _generator.GenerateAsync([], null, Stop);

        Assert.Empty(found);
        Assert.Equal(0, found.Usage?.InputTokenCount);
    }

    [Fact]
    public async Task APromptStandsBeforeEachText()
    {
        float[] expected = _model.Embed("rice", Prompt.Text("cooking: "));

        AssertSameBits(expected, await One(_generator, "prompt", "cooking: "));
        AssertSameBits(expected, await One(_generator, "prompt", Prompt.Text("cooking: ")));
        using var queries = _model.AsIEmbeddingGenerator(Prompt.Text("cooking: "));
        AssertSameBits(expected, (await queries.GenerateAsync(["rice"], null, Stop))[0].Vector);
        AssertSameBits(_model.Embed("rice", Prompt.None), await One(queries, "prompt", Prompt.None));
    }

    [Fact]
    public async Task APromptOfAnUnknownNameIsRefused()
    {
        Assert.Throws<UnsupportedRequestException>(() => _model.AsIEmbeddingGenerator(Prompt.Named("nobody")));
        await Assert.ThrowsAsync<UnsupportedRequestException>(() => One(_generator, "prompt_name", "nobody"));
    }

    [Fact]
    public async Task WhatTheModelIsMayBeAskedFor()
    {
        var metadata = (EmbeddingGeneratorMetadata)_generator.GetService(typeof(EmbeddingGeneratorMetadata))!;
        var options = new EmbeddingGenerationOptions
        {
            ModelId = metadata.DefaultModelId,
            Dimensions = _model.Dimensions,
        };

        Embedding<float> found = (await _generator.GenerateAsync(["rice"], options, Stop))[0];

        Assert.Equal(_model.Dimensions, metadata.DefaultModelDimensions);
        Assert.Equal("default", metadata.DefaultModelId);
        Assert.Equal("sextant", metadata.ProviderName);
        Assert.Equal("default", found.ModelId);
        Assert.InRange(found.CreatedAt!.Value, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
    }

    public static TheoryData<string, EmbeddingGenerationOptions> Refused => new()
    {
        { "another-model", new() { ModelId = "another-model" } },
        { "vectors of 'others'", new() { AdditionalProperties = new() { ["sextant_vectors"] = "others" } } },
        { "RawRepresentationFactory", new() { RawRepresentationFactory = _ => null } },
        { "'temperature'", new() { AdditionalProperties = new() { ["temperature"] = 1 } } },
        { "a text or a Prompt", new() { AdditionalProperties = new() { ["prompt"] = 1 } } },
        { "is null", new() { AdditionalProperties = new() { ["prompt_name"] = null } } },
        { "one of them", new() { AdditionalProperties = new() { ["prompt"] = "a", ["prompt_name"] = "b" } } },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public async Task WhatItDoesNotDoIsRefusedByName(string named, EmbeddingGenerationOptions options)
    {
        NotSupportedException error =
            await Assert.ThrowsAsync<NotSupportedException>(() => _generator.GenerateAsync(["rice"], options, Stop));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ATextThatIsNullIsNamed()
    {
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(
            () => _generator.GenerateAsync(["rice", null!], null, Stop));

        Assert.Contains("Text 1 is null", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentNullException>(() => _generator.GenerateAsync(null!, null, Stop));
    }

    [Fact]
    public async Task ACancelledCallEnds()
    {
        using var source = new CancellationTokenSource();
        string[] many = [.. Enumerable.Range(0, 20_000).Select(i => $"document {i} about rice and budgets")];

        Task<GeneratedEmbeddings<Embedding<float>>> call = _generator.GenerateAsync(many, null, source.Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task ManyCallsAtOnceGiveTheSameBits()
    {
        float[][] expected = [.. s_texts.Select(text => _model.Embed(text))];

        GeneratedEmbeddings<Embedding<float>>[] found =
            await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => _generator.GenerateAsync(s_texts, null, Stop)));

        Assert.All(found, one => Assert.All(one.Index(), e => AssertSameBits(expected[e.Index], e.Item.Vector)));
    }

    [Fact]
    public async Task TheModelOutlivesTheGeneratorUnlessItIsOwned()
    {
        EmbeddingModel model = EmbeddingModel.LoadDefault();
        model.AsIEmbeddingGenerator().Dispose();
        Assert.Equal(model.Dimensions, model.Embed("rice").Length);

        IEmbeddingGenerator<string, Embedding<float>> owner = model.AsIEmbeddingGenerator(ownsModel: true);
        Assert.Same(model, owner.GetService(typeof(EmbeddingModel)));
        Assert.Same(owner, owner.GetService(typeof(IEmbeddingGenerator<string, Embedding<float>>)));
        Assert.Null(owner.GetService(typeof(EmbeddingModel), "key"));
        Assert.Null(owner.GetService(typeof(string)));
        owner.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Embed("rice"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => owner.GenerateAsync(["rice"], null, Stop));
    }

    private static async Task<ReadOnlyMemory<float>> One(
        IEmbeddingGenerator<string, Embedding<float>> generator, string key, object value)
    {
        var options = new EmbeddingGenerationOptions { AdditionalProperties = new() { [key] = value } };
        return (await generator.GenerateAsync(["rice"], options, Stop))[0].Vector;
    }

    private static void AssertSameBits(float[] expected, ReadOnlyMemory<float> actual) => Assert.True(
        MemoryMarshal.AsBytes<float>(expected).SequenceEqual(MemoryMarshal.AsBytes(actual.Span)),
        "the bits are not those of the model.");
}
