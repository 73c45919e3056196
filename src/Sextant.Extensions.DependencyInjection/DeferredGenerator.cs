using Microsoft.Extensions.AI;

namespace Sextant.Extensions.DependencyInjection;

/// <summary>A generator whose model is loaded by its first call, on a thread of the pool.</summary>
internal sealed class DeferredGenerator(ModelHolder<EmbeddingModel> holder, Prompt prompt, int? dimensions)
    : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new("sextant", null, holder.Name, dimensions);
    private readonly Lazy<IEmbeddingGenerator<string, Embedding<float>>> _generator = new(
        () => holder.Value.AsIEmbeddingGenerator(prompt, holder.Name), LazyThreadSafetyMode.PublicationOnly);

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        IEmbeddingGenerator<string, Embedding<float>> generator = _generator.IsValueCreated
            ? _generator.Value
            : await Task.Run(() => _generator.Value, cancellationToken).ConfigureAwait(false);
        return await generator.GenerateAsync(values, options, cancellationToken).ConfigureAwait(false);
    }

    // Pipelines ask for the metadata when they are built, which is no reason to load a model.
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType.IsInstanceOfType(this) ? this
            : _generator.Value.GetService(serviceType);
    }

    // The model is the services'.
    public void Dispose()
    {
    }
}
