using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sextant.Extensions.DependencyInjection.Tests;

/// <summary>Models are services: loaded once, by their first use, and disposed with the provider.</summary>
public sealed class ServiceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheDefaultModelIsThereForQueriesAndDocuments()
    {
        await using ServiceProvider services = new ServiceCollection().AddSextant().BuildServiceProvider();
        using EmbeddingModel model = EmbeddingModel.LoadDefault();
        async Task Same(float[] expected, IEmbeddingGenerator<string, Embedding<float>> generator) =>
            Assert.Equal(expected, (await generator.GenerateAsync(["rice"], null, Stop))[0].Vector.ToArray());
        await Same(model.Embed("rice"), services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
        await Same(model.Embed("rice"), Keyed(services, "default"));
        await Same(model.EmbedQuery("rice"), Keyed(services, SextantOptions.QueryKey()));
        await Same(model.EmbedDocument("rice"), Keyed(services, SextantOptions.DocumentKey()));
        Assert.Equal(model.Embed("rice"), services.GetRequiredKeyedService<EmbeddingModel>("default").Embed("rice"));
        Assert.Same(
            services.GetRequiredService<IEmbeddingGenerator>(),
            services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>());
        Assert.Null(services.GetKeyedService<EmbeddingModel>("other"));
    }

    [Fact]
    public async Task AModelIsLoadedByItsFirstCallOnceAndDisposedWithTheServices()
    {
        ServiceProvider services = new ServiceCollection()
            .AddSextant(options => options.Embeddings["short"] = new SextantModel { Dimensions = 32, MaxTokens = 8 })
            .BuildServiceProvider();
        var holder = services.GetRequiredKeyedService<ModelHolder<EmbeddingModel>>("short");
        IEmbeddingGenerator<string, Embedding<float>>[] generators =
        [
            Keyed(services, "short"), Keyed(services, SextantOptions.QueryKey("short")),
            Keyed(services, SextantOptions.DocumentKey("short")),
        ];
        var metadata = (EmbeddingGeneratorMetadata)generators[0].GetService(typeof(EmbeddingGeneratorMetadata))!;
        Assert.Equal(("sextant", "short", 32),
            (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.False(holder.IsLoaded); // nobody has called
        GeneratedEmbeddings<Embedding<float>>[] found = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(i => generators[i % 3].GenerateAsync(["rice"], null, Stop)));
        Assert.All(found, one => Assert.Equal(32, one[0].Vector.Length));
        EmbeddingModel model = holder.Value;
        Assert.All(generators, one => Assert.Same(model, one.GetService(typeof(EmbeddingModel))));
        Assert.Same(model, services.GetRequiredKeyedService<EmbeddingModel>("short"));
        await services.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => model.Embed("rice"));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => generators[0].GenerateAsync(["rice"], null, Stop));
    }

    [Fact]
    public void RerankersAndSparseEncodersAreThereByTheirNames()
    {
        string ranker = Case("N05"), splade = Case("M02");
        string[] texts = ["boil the rice", "parliament"];
        ServiceProvider services = new ServiceCollection().AddSextant(options =>
        {
            options.Rerankers["r"] = new SextantModel { Path = ranker };
            options.SparseEncoders["s"] = new SextantModel { Path = splade, MaxTerms = 3 };
        }).BuildServiceProvider();
        using (SequenceClassifier own = SequenceClassifier.Load(ranker))
        {
            Assert.Equal(own.Rank("rice", texts),
                services.GetRequiredKeyedService<SequenceClassifier>("r").Rank("rice", texts));
        }
        using (SparseEncoder own = SparseEncoder.Load(splade, new SparseOptions { MaxTerms = 3 }))
        {
            Assert.Equal(own.Embed(texts[0]),
                services.GetRequiredKeyedService<SparseEncoder>("s").Embed(texts[0]));
        }
        Assert.Null(services.GetService<IEmbeddingGenerator<string, Embedding<float>>>()); // none is named
        SequenceClassifier classifier = services.GetRequiredKeyedService<SequenceClassifier>("r");
        services.Dispose();
        Assert.Throws<ObjectDisposedException>(() => classifier.Rank("rice", texts));
    }

    private static string Case(string name, [CallerFilePath] string file = "") => Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(file)!, "..", "fixtures", "cases", name));

    [Fact]
    public void AProviderWithoutACallLoadsAndDisposesNothing()
    {
        ServiceProvider services = new ServiceCollection().AddSextant().BuildServiceProvider();
        var generator = services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>();
        services.Dispose();
        Assert.Throws<ObjectDisposedException>(() => generator.GetService(typeof(EmbeddingModel)));
    }

    [Fact]
    public async Task PipelinesCacheTraceAndLog()
    {
        var log = new ListLogger();
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "embeddings-test",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        IServiceCollection collection = new ServiceCollection().AddSextant().AddLogging(
            builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        collection.AddSingleton<IDistributedCache>(
            new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions())));
        foreach (string key in (string[])["query", "document"])
        {
            collection.AddKeyedEmbeddingGenerator($"cached-{key}", services => Keyed(services, key))
                .Use(inner => inner.WithIdentity())
                .UseDistributedCache()
                .UseOpenTelemetry(sourceName: "embeddings-test")
                .UseLogging();
        }
        await using ServiceProvider provider = collection.BuildServiceProvider();
        var model = provider.GetRequiredKeyedService<EmbeddingModel>("default");
        for (int round = 0; round < 2; round++)
        {
            Assert.Equal(model.EmbedQuery("rice"), await Embed("cached-query", "rice"));
            Assert.Equal(model.EmbedDocument("boil it"), await Embed("cached-document", "boil it"));
        }
        Assert.Equal(2, spans.Count); // the others came from the cache
        Assert.All(spans, span => Assert.Equal("default", span.GetTagItem("gen_ai.request.model")));
        Assert.Contains(log.Lines, line => line.Contains("GenerateAsync", StringComparison.Ordinal));

        async Task<float[]> Embed(string key, string text) =>
            (await Keyed(provider, key).GenerateAsync([text], null, Stop))[0].Vector.ToArray();
    }

    [Fact]
    public async Task HealthSaysWhatIsLoadedAndWhatIsNot()
    {
        await using ServiceProvider services = Services(options =>
        {
            options.Embeddings["default"] = new SextantModel();
            options.Rerankers["missing"] = new SextantModel { Path = "/nowhere/at/all" };
        });
        var health = services.GetRequiredService<HealthCheckService>();
        HealthReportEntry live = (await health.CheckHealthAsync(Stop)).Entries["sextant"];
        Assert.Equal(HealthStatus.Healthy, live.Status);
        Assert.Equal("not loaded", live.Data["EmbeddingModel default"]);
        HealthReportEntry ready = (await health.CheckHealthAsync(Stop)).Entries["ready"];
        Assert.Equal(HealthStatus.Degraded, ready.Status);
        Assert.Equal("loaded", ready.Data["EmbeddingModel default"]);
        Assert.Contains("/nowhere/at/all", (string)ready.Data["SequenceClassifier missing"]);
        live = (await health.CheckHealthAsync(Stop)).Entries["sextant"];
        Assert.Equal("loaded", live.Data["EmbeddingModel default"]);
        Assert.Equal(HealthStatus.Unhealthy, live.Status); // somebody has tried to load the other, in vain

        static ServiceProvider Services(Action<SextantOptions> configure)
        {
            IServiceCollection collection = new ServiceCollection().AddLogging().AddSextant(configure);
            collection.AddHealthChecks().AddSextant()
                .AddSextant("ready", load: true, failureStatus: HealthStatus.Degraded);
            return collection.BuildServiceProvider();
        }
    }

    private static IEmbeddingGenerator<string, Embedding<float>> Keyed(IServiceProvider services, string key) =>
        services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(key);

    private sealed class ListLogger : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
