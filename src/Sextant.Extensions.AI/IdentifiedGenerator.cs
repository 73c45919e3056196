using Microsoft.Extensions.AI;

namespace Sextant.Extensions.AI;

/// <summary>Puts the identity of the vectors into the options of each call, where those between see it.</summary>
internal sealed class IdentifiedGenerator(
    IEmbeddingGenerator<string, Embedding<float>> inner, SextantEmbeddingGenerator source)
    : DelegatingEmbeddingGenerator<string, Embedding<float>>(inner)
{
    public override async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        EmbeddingGenerationOptions own = options?.Clone() ?? new EmbeddingGenerationOptions();
        // The first call reads the model's files.
        string identity = await Task.Run(() => source.Identity, cancellationToken).ConfigureAwait(false);
        (own.AdditionalProperties ??= [])[SextantEmbeddingGenerator.IdentityProperty] = identity;
        return await base.GenerateAsync(values, own, cancellationToken).ConfigureAwait(false);
    }
}
