using Microsoft.Extensions.AI;

namespace Sextant.Extensions.AI;

/// <summary>
/// An <see cref="EmbeddingModel"/> behind Microsoft.Extensions.AI's interface
/// (<see cref="EmbeddingModelExtensions.AsIEmbeddingGenerator"/> says what it promises).
/// </summary>
internal sealed class SextantEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>The property of options that says whose vectors are asked for.</summary>
    public const string IdentityProperty = "sextant_vectors";

    private const string TruncatedTokens = "truncated_tokens";
    private const string UnknownTokens = "unknown_tokens";
    private const string PromptProperty = "prompt";
    private const string PromptNameProperty = "prompt_name";

    private readonly EmbeddingModel _model;
    private readonly Prompt _prompt;
    private readonly bool _ownsModel;
    private readonly EmbeddingGeneratorMetadata _metadata;
    private readonly Lazy<string> _identity;

    public SextantEmbeddingGenerator(EmbeddingModel model, Prompt prompt, string? modelId, bool ownsModel)
    {
        _model = model;
        _prompt = prompt;
        _ownsModel = ownsModel;
        modelId ??= Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(model.Card.Path)));
        _metadata = new EmbeddingGeneratorMetadata("sextant", null, modelId, model.Dimensions);
        _identity = new Lazy<string>(() => VectorIdentity.Of(model, prompt));
    }

    /// <summary>Names all that decides a vector but the text and the call's options.</summary>
    public string Identity => _identity.Value;

    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        // The caller may change both while the pool computes.
        string[] texts = [.. values];
        Prompt prompt = Read(options);
        int dimensions = options?.Dimensions ?? _model.Dimensions;
        return Task.Run(() => Generate(texts, prompt, dimensions, cancellationToken), cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType == typeof(EmbeddingModel) ? _model
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    public void Dispose()
    {
        if (_ownsModel)
            _model.Dispose();
    }

    private GeneratedEmbeddings<Embedding<float>> Generate(
        string[] texts, Prompt prompt, int dimensions, CancellationToken cancellationToken)
    {
        if ((long)texts.Length * dimensions > Array.MaxLength)
        {
            throw new ArgumentException(
                $"{texts.Length} vectors of {dimensions} are more than one array holds; make several calls.",
                nameof(texts));
        }
        var vectors = new float[texts.Length * dimensions];
        var reports = new TextReport[texts.Length];
        _model.Embed(texts, prompt, dimensions, vectors, reports, cancellationToken: cancellationToken);

        DateTimeOffset now = DateTimeOffset.UtcNow;
        var embeddings = new GeneratedEmbeddings<Embedding<float>>(texts.Length);
        long tokens = 0, truncated = 0, unknown = 0;
        for (int i = 0; i < texts.Length; i++)
        {
            var embedding = new Embedding<float>(vectors.AsMemory(i * dimensions, dimensions))
            {
                CreatedAt = now,
                ModelId = _metadata.DefaultModelId,
            };
            if (reports[i].Truncated > 0)
                (embedding.AdditionalProperties ??= [])[TruncatedTokens] = reports[i].Truncated;
            if (reports[i].Unknown > 0)
                (embedding.AdditionalProperties ??= [])[UnknownTokens] = reports[i].Unknown;
            embeddings.Add(embedding);
            tokens += reports[i].Tokens;
            truncated += reports[i].Truncated;
            unknown += reports[i].Unknown;
        }
        embeddings.Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens };
        if (truncated > 0)
            (embeddings.Usage.AdditionalCounts ??= [])[TruncatedTokens] = truncated;
        if (unknown > 0)
            (embeddings.Usage.AdditionalCounts ??= [])[UnknownTokens] = unknown;
        return embeddings;
    }

    // The prompt that the options choose; whatever else they choose must be what this generator is.
    private Prompt Read(EmbeddingGenerationOptions? options)
    {
        if (options is null)
            return _prompt;
        if (options.ModelId is { } id && id != _metadata.DefaultModelId)
        {
            throw new NotSupportedException(
                $"The model '{id}' was asked for; this generator is for '{_metadata.DefaultModelId}'.");
        }
        if (options.RawRepresentationFactory is not null)
        {
            throw new NotSupportedException(
                "RawRepresentationFactory was given; this generator has no options of its own kind.");
        }
        return options.AdditionalProperties is { } properties ? Read(properties) : _prompt;
    }

    private Prompt Read(AdditionalPropertiesDictionary properties)
    {
        Prompt prompt = _prompt;
        if (properties.ContainsKey(PromptProperty) && properties.ContainsKey(PromptNameProperty))
        {
            throw new NotSupportedException(
                $"The options have a '{PromptProperty}' and a '{PromptNameProperty}'; one of them is enough.");
        }
        foreach ((string key, object? value) in properties)
        {
            if (key == IdentityProperty)
            {
                RequireOwn(value);
                continue;
            }
            prompt = (key, value) switch
            {
                (PromptProperty, Prompt chosen) => chosen,
                (PromptProperty, string text) => Prompt.Text(text),
                (PromptNameProperty, string name) => Prompt.Named(name),
                (PromptProperty or PromptNameProperty, _) => throw new NotSupportedException(
                    $"The property '{key}' of the options is {value?.GetType().Name ?? "null"}; "
                    + (key == PromptProperty ? "a text or a Prompt is accepted." : "a name is accepted.")),
                _ => throw new NotSupportedException(
                    $"The options have a property '{key}', which says nothing to this generator; "
                    + $"'{PromptProperty}' and '{PromptNameProperty}' are accepted."),
            };
        }
        return prompt;
    }

    // Options that were made for the vectors of another generator, and kept, are not to be answered by this one.
    private void RequireOwn(object? identity)
    {
        if (identity is not string name || name != Identity)
        {
            throw new NotSupportedException(
                $"The options ask for vectors of '{identity}'; those of this generator are '{Identity}'.");
        }
    }
}
