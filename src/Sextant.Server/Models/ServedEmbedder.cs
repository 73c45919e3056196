using System.Runtime.CompilerServices;
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

    private readonly BatchQueue<bool, float[]> _states;

    public ServedEmbedder(string id, EmbeddingModel model, ServerOptions options, ServerMetrics metrics)
        : base(id, model.Card, options, metrics)
    {
        _model = model;
        Shorter = ShorterVectors.Of(model.Card);
        _queue = Queue<(int Dimensions, bool? Normalize), float[]>(Run);
        _states = Queue<bool, float[]>(RunStates);
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

    /// <summary>
    /// The last layer's states of every token of inputs, [tokens, hidden size] each, by pieces that are computed together.
    /// </summary>
    /// <param name="inputs">Of one request; only the first piece is refused where too much waits.</param>
    /// <param name="cancellation">The client has gone.</param>
    public async IAsyncEnumerable<float[]> States(
        EncodedInput[] inputs, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int first = 0, next; first < inputs.Length; first = next)
        {
            long tokens = inputs[first].Ids.Length;
            for (next = first + 1; next < inputs.Length && tokens <= Options.BatchTokens; next++)
                tokens += inputs[next].Ids.Length;
            float[][] states = await Wait(
                _states, inputs[first..next], true, cancellation, isContinued: first > 0).ConfigureAwait(false);
            foreach (float[] one in states)
                yield return one;
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

    private float[][] RunStates(IReadOnlyList<EncodedInput> inputs, bool form, CancellationToken cancellation)
    {
        var all = new float[inputs.Count][];
        for (int i = 0; i < all.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            all[i] = new float[inputs[i].Ids.Length * Card.HiddenSize];
            _model.HiddenStates(new TokenSequence(inputs[i].Ids, inputs[i].TypeIds), _model.LastLayer, all[i]);
        }
        return all;
    }
}
