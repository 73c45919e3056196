using Microsoft.Extensions.AI;
using Sextant.Extensions.AI;

namespace Sextant;

/// <summary>Models as Microsoft.Extensions.AI sees them.</summary>
public static class EmbeddingModelExtensions
{
    /// <summary>
    /// The model as a generator, for hosts that know <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>: dependency
    /// injection, pipelines with caches and telemetry, vector stores. Its vectors have the bits of the model's own.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Thread-safe; a call computes on a thread of the pool and can be cancelled. The embeddings of a call share one
    /// array: somebody who keeps a few of very many copies them.
    /// </para>
    /// <para>
    /// The usage counts the tokens that were encoded. Tokens that did not fit and were left out are in its additional
    /// counts as "truncated_tokens", and so are each text's own among the properties of its embedding; where nothing
    /// was left out, neither is there.
    /// </para>
    /// <para>
    /// A call's options may name the property "prompt", a <see cref="Prompt"/> or the text of one, or "prompt_name",
    /// one of <see cref="ModelCard.Prompts"/>. Another model, another number of dimensions and any other property are
    /// refused with a <see cref="NotSupportedException"/> that names them.
    /// </para>
    /// </remarks>
    /// <param name="model">Used by any number of threads and generators at once.</param>
    /// <param name="prompt">
    /// What stands before each text where a call's options name nothing else: <see cref="Prompt.Query"/> for what is
    /// searched for, <see cref="Prompt.Document"/> for what is searched in.
    /// </param>
    /// <param name="modelId">What the model is called; its folder's name where nothing is given.</param>
    /// <param name="ownsModel">Whether disposing the generator disposes the model.</param>
    /// <exception cref="UnsupportedRequestException">The model has no prompt of this name.</exception>
    public static IEmbeddingGenerator<string, Embedding<float>> AsIEmbeddingGenerator(
        this EmbeddingModel model, Prompt prompt = default, string? modelId = null, bool ownsModel = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        model.PromptText(prompt);
        return new SextantEmbeddingGenerator(model, prompt, modelId, ownsModel);
    }
}
