using Sextant.Heads;
using Sextant.Models;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant;

/// <summary>What a head says of single tokens.</summary>
internal enum TokenHeadKind
{
    /// <summary>
    /// For each position of a text, a score of each token of the vocabulary that could stand there (BERT and kin).
    /// </summary>
    MaskedLanguage,

    /// <summary>
    /// For each position of a text, a score of each token of the vocabulary that could come next (decoders).
    /// </summary>
    NextToken,

    /// <summary>
    /// For each position of a text, one score: above 0 where the token does not belong there (ELECTRA).
    /// </summary>
    Discriminator,
}

/// <summary>A model with a head on single tokens: token ids in, raw scores out.</summary>
/// <remarks>
/// Thread-safe, as <see cref="EmbeddingModel"/> is. The scores of a sequence are the same bits on any number of threads
/// and any instruction set. Disposed meanwhile, it lets calls in flight come to their end and refuses others.
/// </remarks>
public sealed class TokenScorer : IDisposable
{
    private readonly LoadedModel _model;
    private readonly TokenHead _head;
    private readonly ModelCalls _calls;

    private TokenScorer(LoadedModel model, TokenHead head)
    {
        (_model, _head) = (model, head);
        _calls = new ModelCalls(model, Truncation.Error, nameof(TokenScorer));
    }

    /// <summary>What was loaded.</summary>
    public ModelCard Card => _calls.Card;

    /// <summary>Scores of a token: the size of the vocabulary, or 1.</summary>
    public int Outputs => _head.Outputs;

    /// <summary>Maximum number of tokens of a sequence.</summary>
    public int MaxTokens => _model.Card.MaxTokens;

    /// <summary>The tokenizer in the model's folder, loaded on first use.</summary>
    /// <exception cref="InvalidModelException">
    /// The folder has none, or it is not supported or does not fit the model.
    /// </exception>
    public Tokenizer Tokenizer => _calls.Tokenizer;

    /// <summary>
    /// Loads a model folder in Hugging Face's format with its masked-language head: for each position of a text, a
    /// score of each token of the vocabulary that could stand there (BERT and kin).
    /// </summary>
    /// <param name="path">The folder.</param>
    /// <param name="options">Threads, device, precision and attention; what concerns vectors is not looked at.</param>
    /// <exception cref="InvalidModelException">A file is missing, damaged, has no such head, or says something that is
    /// not supported.</exception>
    /// <exception cref="UnsupportedRequestException">The family's head or an option is not supported.</exception>
    public static TokenScorer LoadMaskedLanguage(string path, EmbeddingOptions? options = null) =>
        Load(path, TokenHeadKind.MaskedLanguage, options);

    /// <summary>
    /// The same with its next-token head: for each position of a text, a score of each token of the vocabulary that
    /// could come next (decoders).
    /// </summary>
    /// <inheritdoc cref="LoadMaskedLanguage"/>
    public static TokenScorer LoadNextToken(string path, EmbeddingOptions? options = null) =>
        Load(path, TokenHeadKind.NextToken, options);

    /// <summary>
    /// The same with its discriminator: for each position of a text, one score, above 0 where the token does not belong
    /// there (ELECTRA).
    /// </summary>
    /// <inheritdoc cref="LoadMaskedLanguage"/>
    public static TokenScorer LoadDiscriminator(string path, EmbeddingOptions? options = null) =>
        Load(path, TokenHeadKind.Discriminator, options);

    /// <summary>Loads a model folder with a head of this kind.</summary>
    internal static TokenScorer Load(string path, TokenHeadKind kind, EmbeddingOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        (IReadOnlyList<(string, ReadHead)> heads, string name) = kind switch
        {
            TokenHeadKind.MaskedLanguage => (HeadCatalog.MaskedLanguage, "a masked-language head"),
            TokenHeadKind.NextToken => (HeadCatalog.NextToken, "a next-token head"),
            TokenHeadKind.Discriminator => (HeadCatalog.Discriminator, "a discriminator"),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of head"),
        };
        path = HubCache.Resolve(path);
        TokenHead? loaded = null;
        LoadedModel model = HeadLoading.Load(
            path, HeadLoading.Modules(path), options ?? new EmbeddingOptions(),
            config => HeadCatalog.Find(heads, name, config),
            (_, head) => new SequenceHead(Kernels.PoolKind.LastToken, loaded = head),
            perVocabulary: kind != TokenHeadKind.Discriminator);
        return new TokenScorer(model, loaded!);
    }

    /// <summary>
    /// Writes the scores of every token to <paramref name="destination"/> [tokens, <see cref="Outputs"/>].
    /// </summary>
    /// <exception cref="InvalidTokensException">The sequence is empty, or an id does not fit the model.</exception>
    /// <exception cref="TextTooLongException">The sequence is longer than <see cref="MaxTokens"/>.</exception>
    public void Score(TokenSequence sequence, Span<float> destination)
    {
        ModelCalls.CheckDestination(sequence.Ids.Length, Outputs, destination);
        _calls.RunSequence(
            sequence, (runner, session, scores) => runner.RunTokens(session, _head, scores), destination);
    }

    /// <summary>
    /// Writes the scores of the last token of each sequence to <paramref name="destination"/> [sequences,
    /// <see cref="Outputs"/>].
    /// </summary>
    /// <exception cref="InvalidTokensException">A sequence is empty, or an id does not fit the model.</exception>
    /// <exception cref="TextTooLongException">A sequence is longer than <see cref="MaxTokens"/>.</exception>
    /// <exception cref="NonFiniteEmbeddingException">The weights overflow on a sequence.</exception>
    public void ScoreLast(IReadOnlyList<TokenSequence> sequences, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ModelCalls.CheckDestination(sequences.Count, Outputs, destination);
        _calls.Run(
            new SequenceInputs(sequences), new DenseRows(destination, Outputs), default, null, CancellationToken.None);
    }

    /// <summary>Frees the weights and the working memory.</summary>
    public void Dispose() => _calls.Dispose();
}
