using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Sextant.Extensions.DependencyInjection;

/// <summary>Models as services.</summary>
public static class SextantServiceCollectionExtensions
{
    /// <summary>Adds models as services; the package's own model of embeddings where none is named.</summary>
    /// <remarks>
    /// <para>
    /// A model of embeddings is, under its name as a key, an <see cref="EmbeddingModel"/> and an
    /// <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> with the model's default prompt; under
    /// <see cref="SextantOptions.QueryKey"/> and <see cref="SextantOptions.DocumentKey"/>, generators for what is
    /// searched for and in. The one of the name <see cref="SextantOptions.DefaultName"/> is a generator without a key
    /// too. A reranker is a keyed <see cref="SequenceClassifier"/>, a sparse encoder a keyed
    /// <see cref="SparseEncoder"/>.
    /// </para>
    /// <para>
    /// A model is loaded once, by the first call of one of its generators, or when the model itself is resolved, and
    /// disposed with the services. The options are read here, and again by nobody;
    /// <see cref="IOptions{SextantOptions}"/> has them.
    /// </para>
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="configure">Names models; called once, now.</param>
    /// <exception cref="OptionsValidationException">A value cannot be; all such are said.</exception>
    /// <exception cref="InvalidOperationException">Models were added before.</exception>
    public static IServiceCollection AddSextant(
        this IServiceCollection services, Action<SextantOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new SextantOptions();
        configure?.Invoke(options);
        return Add(services, options);
    }

    /// <summary>
    /// Adds the models of a configuration; see <see cref="AddSextant(IServiceCollection, Action{SextantOptions})"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">
    /// The section with the keys of <see cref="SextantOptions"/>: <c>{ "Embeddings": { "default": { "Path": "minilm",
    /// "Precision": "Int8" } } }</c>; a path may stand for all of a model. Read once, now.
    /// </param>
    /// <param name="configure">Changes what was read.</param>
    /// <exception cref="OptionsValidationException">A key is unknown, or a value cannot be; all are said.</exception>
    /// <exception cref="InvalidOperationException">Models were added before.</exception>
    public static IServiceCollection AddSextant(
        this IServiceCollection services, IConfiguration configuration, Action<SextantOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new SextantOptions();
        SextantConfiguration.Read(configuration, options);
        configure?.Invoke(options);
        return Add(services, options);
    }

    private static IServiceCollection Add(IServiceCollection services, SextantOptions options)
    {
        if (services.Any(one => one.ServiceType == typeof(IOptions<SextantOptions>)))
            throw new InvalidOperationException("AddSextant was called before; one call names all models.");
        if (options.Embeddings.Count + options.Rerankers.Count + options.SparseEncoders.Count == 0)
            options.Embeddings.Add(SextantOptions.DefaultName, new SextantModel());
        SextantConfiguration.Validate(options);
        services.AddSingleton(Options.Create(options));
        foreach ((string name, SextantModel model) in options.Embeddings)
            AddEmbeddings(services, name, model);
        foreach ((string name, SextantModel model) in options.Rerankers)
            AddHeld(services, name, () => ModelLoader.Reranker(model), one => one.Rank("a", ["a"]));
        foreach ((string name, SextantModel model) in options.SparseEncoders)
            AddHeld(services, name, () => ModelLoader.Sparse(model), one => one.Embed("a"));
        return services;
    }

    private static void AddEmbeddings(IServiceCollection services, string name, SextantModel model)
    {
        AddHeld(services, name, () => ModelLoader.Embedding(model), one => one.Embed("a"));
        void Generator(string key, Prompt prompt) =>
            services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>>(
                key,
                (provider, _) => new DeferredGenerator(
                    provider.GetRequiredKeyedService<ModelHolder<EmbeddingModel>>(name), prompt, model.Dimensions));
        Generator(name, Prompt.Default);
        Generator(SextantOptions.QueryKey(name), Prompt.Query);
        Generator(SextantOptions.DocumentKey(name), Prompt.Document);
        if (name == SextantOptions.DefaultName)
        {
            services.AddSingleton(provider =>
                provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(name));
            services.AddSingleton<IEmbeddingGenerator>(provider =>
                provider.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>(name));
        }
    }

    // A model under its name, and what loads it, which health checks look at.
    private static void AddHeld<T>(IServiceCollection services, string name, Func<T> load, Action<T> probe)
        where T : class, IDisposable
    {
        services.AddKeyedSingleton(name, (_, _) => new ModelHolder<T>(name, load, probe));
        services.AddKeyedSingleton(
            name, (provider, _) => provider.GetRequiredKeyedService<ModelHolder<T>>(name).Value);
        services.AddSingleton<IModelHolder>(
            provider => provider.GetRequiredKeyedService<ModelHolder<T>>(name));
    }
}
