using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Sextant.Extensions.AI.Tests;

/// <summary>Behind the distributed cache of Microsoft.Extensions.AI, no vector stands for another one.</summary>
public sealed class CacheTests : IDisposable
{
    private readonly EmbeddingModel _model = EmbeddingModel.LoadDefault();
    private readonly MemoryDistributedCache _cache = new(Options.Create(new MemoryDistributedCacheOptions()));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _model.Dispose();

    public static TheoryData<Prompt, string> Prompts => new()
    {
        { Prompt.Default, """{"kind":"default"}""" },
        { Prompt.Query, """{"kind":"query"}""" },
        { Prompt.Document, """{"kind":"document"}""" },
        { Prompt.None, """{"kind":"text","value":""}""" },
        { Prompt.Named("query"), """{"kind":"name","value":"query"}""" },
        { Prompt.Text("query: "), """{"kind":"text","value":"query: "}""" },
    };

    [Theory]
    [MemberData(nameof(Prompts), DisableDiscoveryEnumeration = true)]
    public void APromptIsItselfInJson(Prompt prompt, string json)
    {
        Assert.Equal(json, JsonSerializer.Serialize(prompt));
        Assert.Equal(prompt, JsonSerializer.Deserialize<Prompt>(json));
        string asAnObject = JsonSerializer.Serialize<object>(prompt, AIJsonUtilities.DefaultOptions);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), JsonNode.Parse(asAnObject)), asAnObject);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("1")]
    [InlineData("""{"kind":"text"}""")]
    [InlineData("""{"kind":"query","value":"x"}""")]
    [InlineData("""{"kind":"nobody"}""")]
    [InlineData("""{"kind":1}""")]
    [InlineData("""{"type":"query"}""")]
    public void WhatIsNoPromptIsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Prompt>(json));

    [Fact]
    public async Task PromptsOfCallsDoNotCollide()
    {
        IEmbeddingGenerator<string, Embedding<float>> cached =
            _model.AsIEmbeddingGenerator().AsBuilder().UseDistributedCache(_cache).Build();
        foreach (string text in (string[])["first: ", "second: ", "first: "])
        {
            var prompt = Prompt.Text(text);
            await AssertIs(cached, _model, prompt, new() { AdditionalProperties = new() { ["prompt"] = prompt } });
        }
    }

    [Fact]
    public async Task GeneratorsThatShareACacheDoNotCollide()
    {
        using EmbeddingModel shorter = EmbeddingModel.LoadDefault(new EmbeddingOptions { Dimensions = 64 });
        using EmbeddingModel early = EmbeddingModel.LoadDefault(new EmbeddingOptions { Layers = 1 });
        (EmbeddingModel, Prompt)[] all =
        [
            (_model, Prompt.Default), (_model, Prompt.Text("query: ")), (_model, Prompt.Text("passage: ")),
            (shorter, Prompt.Default), (early, Prompt.Default),
        ];
        for (int round = 0; round < 2; round++)
        {
            foreach ((EmbeddingModel model, Prompt prompt) in all)
                await AssertIs(Cached(model, prompt), model, prompt, null);
        }
    }

    [Fact]
    public async Task DimensionsOfCallsDoNotCollide()
    {
        IEmbeddingGenerator<string, Embedding<float>> cached = Cached(_model, Prompt.Default);
        foreach (int dimensions in (int[])[64, 32, _model.Dimensions, 64])
        {
            using var expected = EmbeddingModel.LoadDefault(new EmbeddingOptions { Dimensions = dimensions });
            await AssertIs(cached, expected, Prompt.Default, new() { Dimensions = dimensions });
        }
    }

    [Fact]
    public async Task TheSameModelLoadedAgainIsFoundInTheCache()
    {
        var counting = new CountingCache(_cache);
        for (int round = 0; round < 2; round++)
        {
            using EmbeddingModel model = EmbeddingModel.LoadDefault();
            IEmbeddingGenerator<string, Embedding<float>> cached = model.AsIEmbeddingGenerator().AsBuilder()
                .Use(inner => inner.WithIdentity()).UseDistributedCache(counting).Build();
            await AssertIs(cached, _model, Prompt.Default, null);
        }
        Assert.Equal(1, counting.Written);
    }

    [Fact]
    public async Task TheCallersOptionsStayAsTheyAre()
    {
        var options = new EmbeddingGenerationOptions();
        await Cached(_model, Prompt.Default).GenerateAsync(["rice"], options, Stop);
        Assert.Null(options.AdditionalProperties);
        Assert.Throws<ArgumentException>(() => new Stranger().WithIdentity());
    }

    private IEmbeddingGenerator<string, Embedding<float>> Cached(EmbeddingModel model, Prompt prompt) =>
        model.AsIEmbeddingGenerator(prompt).AsBuilder()
            .Use(inner => inner.WithIdentity()).UseDistributedCache(_cache).Build();

    private static async Task AssertIs(
        IEmbeddingGenerator<string, Embedding<float>> generator, EmbeddingModel model, Prompt prompt,
        EmbeddingGenerationOptions? options)
    {
        Embedding<float> found = (await generator.GenerateAsync(["rice"], options, Stop))[0];
        Assert.Equal(model.Embed("rice", prompt), found.Vector.ToArray());
    }

    private sealed class CountingCache(IDistributedCache inner) : IDistributedCache
    {
        public int Written { get; private set; }

        public byte[]? Get(string key) => inner.Get(key);

        public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => inner.GetAsync(key, token);

        public void Refresh(string key) => inner.Refresh(key);

        public Task RefreshAsync(string key, CancellationToken token = default) => inner.RefreshAsync(key, token);

        public void Remove(string key) => inner.Remove(key);

        public Task RemoveAsync(string key, CancellationToken token = default) => inner.RemoveAsync(key, token);

        public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
            throw new NotSupportedException();

        public Task SetAsync(
            string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
        {
            Written++;
            return inner.SetAsync(key, value, options, token);
        }
    }

    private sealed class Stranger : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
            CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
