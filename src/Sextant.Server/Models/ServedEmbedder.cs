using Sextant.Server.Hosting;
using Sextant.Server.Http;
using Sextant.Tokens;

namespace Sextant.Server.Models;

/// <summary>How vectors are asked for.</summary>
/// <param name="Dimensions">Their length; null: all.</param>
/// <param name="Normalize">Whether they have length one; null: as the model says.</param>
/// <param name="Prompt">What is put before texts.</param>
/// <param name="Truncation">What becomes of texts that are too long; null: as the server is told.</param>
internal sealed record EmbedForm(
    int? Dimensions = null, bool? Normalize = null, Prompt Prompt = default, Truncation? Truncation = null);

/// <summary>An embedding model.</summary>
internal sealed class ServedEmbedder : ServedModel
{
    private readonly EmbeddingModel _model;
    private readonly BatchQueue<(int Dimensions, bool? Normalize), float[]> _queue;

    private readonly SemaphoreSlim _states = new(1);

    public ServedEmbedder(string id, EmbeddingModel model, ServerOptions options, ServerMetrics metrics)
        : base(id, model.Card, options, metrics)
    {
        _model = model;
        Shorter = ShorterVectors.Of(model.Card);
        _queue = Queue<(int Dimensions, bool? Normalize), float[]>(Run);
    }

    public override string Kind => "embedding";

    public override Tokenizer Tokenizer => _model.Tokenizer;

    /// <summary>The lengths of vectors that the model was trained for.</summary>
    public ShorterVectors Shorter { get; }

    /// <summary>The model itself.</summary>
    public EmbeddingModel Model => _model;

    /// <summary>The prompt of a name: query, document, or one of the model's own; null: the model's default.</summary>
    public Prompt PromptNamed(string? name, string parameter) => name switch
    {
        null => Prompt.Default,
        _ when Card.Prompts.ContainsKey(name) => Prompt.Named(name),
        "query" => Prompt.Query,
        "document" => Prompt.Document,
        _ => throw ApiException.Invalid(
            $"'{name}' is no prompt of '{Id}'; there are "
            + $"{string.Join(", ", Card.Prompts.Keys.Append("query").Append("document").Distinct())}.", parameter),
    };

    /// <summary>Vectors of inputs.</summary>
    /// <param name="inputs">Texts, or token ids that are used as given.</param>
    /// <param name="form">What vectors.</param>
    /// <param name="parameter">What the request calls the inputs.</param>
    /// <param name="cancellation">The client has gone.</param>
    /// <exception cref="ApiException">The request is not one that this model or server takes.</exception>
    public async Task<Answer<float[]>> Embed(
        TextsOrTokens inputs, EmbedForm form, string parameter, CancellationToken cancellation)
    {
        int dimensions = form.Dimensions ?? _model.Dimensions;
        if (dimensions < 1 || dimensions > _model.Dimensions)
        {
            throw ApiException.Invalid(
                $"'dimensions' is {dimensions}; '{Id}' has vectors of 1 to {_model.Dimensions}.", "dimensions");
        }
        EncodedInput[] encoded = Encode(inputs, form, parameter, cancellation);
        float[][] vectors = await Wait(
            _queue, encoded, (dimensions, form.Normalize), cancellation).ConfigureAwait(false);
        return new Answer<float[]>(vectors, encoded);
    }

    /// <summary>Inputs as the model will see them.</summary>
    public EncodedInput[] Encode(
        TextsOrTokens inputs, EmbedForm form, string parameter, CancellationToken cancellation)
    {
        RequireCount(inputs.Count, parameter);
        Truncation truncation = form.Truncation ?? Options.TruncateValue;
        if (inputs.Tokens is { } tokens)
        {
            return Accept(
                _model.Encode([.. tokens.Select(ids => new TokenSequence(ids))], truncation, cancellation), parameter);
        }
        if (inputs.Texts!.Any(text => text.Length == 0))
            throw ApiException.Invalid($"'{parameter}' has an empty text.", parameter);
        return Accept(_model.Encode(inputs.Texts!, form.Prompt, truncation, cancellation), parameter);
    }

    /// <summary>The last layer's state of every token, [tokens, hidden size]; one input at a time.</summary>
    public async Task<float[]> States(EncodedInput input, CancellationToken cancellation)
    {
        await _states.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            float[] states = new float[input.Ids.Length * Card.HiddenSize];
            await Task.Run(
                () => _model.HiddenStates(
                    new TokenSequence(input.Ids, input.TypeIds), _model.LastLayer, states),
                CancellationToken.None).ConfigureAwait(false);
            return states;
        }
        finally
        {
            _states.Release();
        }
    }

    public override void Dispose()
    {
        _queue.Dispose();
        _states.Dispose();
        _model.Dispose();
    }

    private float[][] Run(
        IReadOnlyList<EncodedInput> inputs, (int Dimensions, bool? Normalize) form, CancellationToken cancellation)
    {
        float[] all = new float[inputs.Count * form.Dimensions];
        _model.Embed(inputs, form.Dimensions, form.Normalize, all, cancellation);
        var vectors = new float[inputs.Count][];
        for (int i = 0; i < vectors.Length; i++)
            vectors[i] = all[(i * form.Dimensions)..((i + 1) * form.Dimensions)];
        return vectors;
    }
}
