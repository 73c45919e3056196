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
    /// counts as "truncated_tokens", unknown ones (<see cref="TextReport.Unknown"/>) as "unknown_tokens", and so are
    /// each text's own among the properties of its embedding; where there are none, neither is there.
    /// </para>
    /// <para>
    /// A call's options may choose the dimensions (Matryoshka; the bits are those of a model that was loaded with
    /// them), and name the property "prompt", a <see cref="Prompt"/> or the text of one, or "prompt_name", one of
    /// <see cref="ModelCard.Prompts"/>. Another model and any other property are refused with a
    /// <see cref="NotSupportedException"/> that names them.
    /// </para>
    /// <para>
    /// A cache keyed by texts and options sees neither the model nor the prompt that was given here: what shares one
    /// between generators, or keeps it beyond the life of a model, goes behind <see cref="WithIdentity"/>.
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

    /// <summary>
    /// Puts into the options of each call what decides a vector besides them (the model's files, how it was loaded,
    /// its dimensions, the generator's prompt), so that caches between this and the model keep apart what differs:
    /// <code>
    /// generator.AsBuilder().Use(inner =&gt; inner.WithIdentity()).UseDistributedCache(cache).Build()
    /// </code>
    /// The first step of a builder is the outermost. The property is called "sextant_vectors".
    /// </summary>
    /// <remarks>The first call reads the model's files from end to end, at the speed of the disk.</remarks>
    /// <param name="generator">
    /// A generator of <see cref="AsIEmbeddingGenerator"/> somewhere inside, such as behind a cache.
    /// </param>
    /// <exception cref="ArgumentException">There is no such generator inside.</exception>
    public static IEmbeddingGenerator<string, Embedding<float>> WithIdentity(
        this IEmbeddingGenerator<string, Embedding<float>> generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return generator.GetService(typeof(SextantEmbeddingGenerator)) is SextantEmbeddingGenerator source
            ? new IdentifiedGenerator(generator, source)
            : throw new ArgumentException(
                $"No generator of {nameof(AsIEmbeddingGenerator)} is inside this one.", nameof(generator));
    }
}
