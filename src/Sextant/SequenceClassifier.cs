using Sextant.Heads;
using Sextant.Models;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant;

/// <summary>
/// A model with a classification head: texts or pairs in, a score for each label out; with one label, a cross-encoder
/// that ranks documents for a query.
/// </summary>
/// <remarks>
/// Thread-safe, as <see cref="EmbeddingModel"/> is: any number of threads may call any member; each call in flight has
/// its own working memory. The scores of an input are the same bits in any batch, order and number of threads.
/// Disposed meanwhile, it lets calls in flight come to their end and refuses others.
/// </remarks>
public sealed class SequenceClassifier : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ModelCalls _calls;

    private SequenceClassifier(LoadedModel model, LabelSettings labels, ClassifierOptions options)
    {
        _model = model;
        Labels = labels.Labels;
        LabelFunction = options.Function ?? labels.LabelFunction;
        RankFunction = options.Function ?? labels.RankFunction;
        _calls = new ModelCalls(model, options.Truncation, nameof(SequenceClassifier));
    }

    /// <summary>What was loaded.</summary>
    public ModelCard Card => _calls.Card;

    /// <summary>Names of the labels, in the order of the scores: id2label of config.json.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>
    /// What
    /// <see cref="Classify(IReadOnlyList{string}, Span{float}, Span{TextReport}, IProgress{int}?, CancellationToken)"/>
    /// makes of raw scores: sigmoid for one label or several that do not exclude each other (problem_type
    /// multi_label_classification), softmax for several that do, nothing for problem_type regression.
    /// </summary>
    public ScoreFunction LabelFunction { get; }

    /// <summary>
    /// What <see cref="Rank(string, IReadOnlyList{string}, Span{float}, Span{TextReport}, IProgress{int}?,
    /// CancellationToken)"/> makes of raw scores: what the config names for sentence-transformers' CrossEncoder, else
    /// sigmoid.
    /// </summary>
    public ScoreFunction RankFunction { get; }

    /// <summary>
    /// Maximum number of tokens of a text or pair, special tokens included; what is beyond is cut, and reported.
    /// </summary>
    public int MaxTokens => _model.Card.MaxTokens;

    /// <summary>The tokenizer in the model's folder, loaded on first use.</summary>
    /// <exception cref="InvalidModelException">
    /// The folder has none, or it is not supported or does not fit the model.
    /// </exception>
    public Tokenizer Tokenizer => _calls.Tokenizer;

    /// <summary>
    /// Loads a model folder whose checkpoint has a classification head, plain or as sentence-transformers writes a
    /// cross-encoder.
    /// </summary>
    /// <exception cref="InvalidModelException">A file is missing, damaged, has no such head, or says something that is
    /// not supported.</exception>
    /// <exception cref="UnsupportedRequestException">The family's head or an option is not supported.</exception>
    public static SequenceClassifier Load(string path, ClassifierOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = HubCache.Resolve(path);
        options ??= new ClassifierOptions();
        LabelSettings? labels = null;
        (TransformerModule Transformer, PromptSettings Settings, List<string> Notes) modules =
            ClassifierModules.Read(path);
        LoadedModel model = HeadLoading.Load(
            path, modules, options.Common,
            config => HeadCatalog.Find(HeadCatalog.Classification, "sequence classification", config),
            (plan, head) => new SequenceHead(plan.Pool, head), perVocabulary: false,
            (config, count) => labels = LabelSettings.Read(config, count, modules.Settings.Activation));
        return new SequenceClassifier(model, labels!, options);
    }

    /// <summary>
    /// Writes raw scores of token sequences, used as given, to <paramref name="destination"/> [sequences, labels].
    /// </summary>
    /// <exception cref="InvalidTokensException">A sequence is empty, or an id does not fit the model.</exception>
    public void Logits(
        IReadOnlyList<TokenSequence> sequences, Span<float> destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        Run(new SequenceInputs(sequences), ScoreFunction.None, destination, reports, progress, cancellationToken);
    }

    /// <summary>Writes each label's score of each text to <paramref name="destination"/> [texts, labels].</summary>
    /// <param name="texts">Any number of texts.</param>
    /// <param name="destination">At least texts × labels elements.</param>
    /// <param name="reports">Where to say what became of each text: as many as texts, or empty.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <exception cref="TextTooLongException">
    /// A text is too long and the policy is <see cref="Truncation.Error"/>.
    /// </exception>
    /// <exception cref="NonFiniteEmbeddingException">The weights overflow on a text.</exception>
    public void Classify(
        IReadOnlyList<string> texts, Span<float> destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        Run(new TextInputs(texts, Prompt.Default), LabelFunction, destination, reports, progress, cancellationToken);
    }

    /// <summary>
    /// The same for pairs, such as a premise and a hypothesis; of a pair that is too long, the longer text is cut
    /// first.
    /// </summary>
    /// <inheritdoc cref="Classify(IReadOnlyList{string}, Span{float}, Span{TextReport}, IProgress{int}?,
    /// CancellationToken)"/>
    public void ClassifyPairs(
        IReadOnlyList<(string First, string Second)> pairs, Span<float> destination,
        Span<TextReport> reports = default, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        Run(new PairInputs(pairs), LabelFunction, destination, reports, progress, cancellationToken);
    }

    /// <summary>Texts as the model will see them, for a later call.</summary>
    internal EncodedInput[] Encode(
        IReadOnlyList<string> texts, Truncation truncation, CancellationToken cancellation) =>
        _calls.Encode(new TextInputs(texts, Prompt.Default), truncation, cancellation);

    /// <summary>Pairs as the model will see them, for a later call.</summary>
    internal EncodedInput[] Encode(
        IReadOnlyList<(string First, string Second)> pairs, Truncation truncation, CancellationToken cancellation) =>
        _calls.Encode(new PairInputs(pairs), truncation, cancellation);

    /// <summary>Scores of what was encoded, [inputs, labels].</summary>
    internal void Score(
        IReadOnlyList<EncodedInput> inputs, ScoreFunction function, Span<float> destination,
        CancellationToken cancellation) =>
        Run(new EncodedInputs(inputs), function, destination, default, null, cancellation);

    /// <summary>Each label's score of a text, in a new array.</summary>
    public float[] Classify(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scores = new float[Labels.Count];
        Classify([text], scores);
        return scores;
    }

    /// <summary>
    /// Writes how well each document answers a query to <paramref name="destination"/> [documents]; larger is better.
    /// A sigmoid's scores meet at 1 for logits above 17: who wants an order takes the overload that sorts.
    /// </summary>
    /// <param name="query">The first text of every pair.</param>
    /// <param name="documents">The second texts.</param>
    /// <param name="destination">At least as many elements as documents.</param>
    /// <param name="reports">Where to say what became of each pair: as many as documents, or empty.</param>
    /// <param name="progress">Told how many documents are done.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <exception cref="UnsupportedRequestException">
    /// The model has several labels, so its scores are no ranks.
    /// </exception>
    /// <exception cref="TextTooLongException">
    /// A pair is too long and the policy is <see cref="Truncation.Error"/>.
    /// </exception>
    /// <exception cref="NonFiniteEmbeddingException">The weights overflow on a pair.</exception>
    public void Rank(
        string query, IReadOnlyList<string> documents, Span<float> destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        Rank(query, documents, RankFunction, destination, reports, progress, cancellationToken);
    }

    /// <summary>
    /// The documents' numbers, scores and logits, best first: ordered by logits, equal logits in the order given.
    /// </summary>
    /// <param name="query">The first text of every pair.</param>
    /// <param name="documents">The second texts.</param>
    /// <param name="most">How many to return at most.</param>
    /// <param name="reports">Where to say what became of each pair: as many as documents, or empty.</param>
    /// <param name="progress">Told how many documents are done.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <inheritdoc cref="Rank(string, IReadOnlyList{string}, Span{float}, Span{TextReport}, IProgress{int}?,
    /// CancellationToken)" path="/exception"/>
    public RankedDocument[] Rank(
        string query, IReadOnlyList<string> documents, int most = int.MaxValue, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        var logits = new float[documents.Count];
        Rank(query, documents, ScoreFunction.None, logits, reports, progress, cancellationToken);
        return RankedDocument.Best(logits, RankFunction, most);
    }

    /// <summary>Frees the weights and the working memory.</summary>
    public void Dispose() => _calls.Dispose();

    private void Rank(
        string query, IReadOnlyList<string> documents, ScoreFunction function, Span<float> destination,
        Span<TextReport> reports, IProgress<int>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        if (Labels.Count != 1)
        {
            throw new UnsupportedRequestException(
                $"this model has {Labels.Count} labels ({string.Join(", ", Labels)}); a model that ranks has one. "
                + "Classify pairs instead.");
        }
        Run(new QueryInputs(query, documents), function, destination, reports, progress, cancellation);
    }

    private void Run<TInputs>(
        TInputs inputs, ScoreFunction function, Span<float> destination, Span<TextReport> reports,
        IProgress<int>? progress, CancellationToken cancellation)
        where TInputs : struct, ICallInputs
    {
        ModelCalls.CheckDestination(inputs.Count, Labels.Count, destination);
        _calls.Run(inputs, new ScoredRows(destination, Labels.Count, function), reports, progress, cancellation);
    }

    // Rows of scores after the function; of an input without tokens nothing is known, so its raw scores are zeros.
    private readonly ref struct ScoredRows(Span<float> destination, int columns, ScoreFunction function) : IRowSink
    {
        private readonly Span<float> _destination = destination;

        public void Take(int index, ReadOnlySpan<int> ids, ReadOnlySpan<float> row)
        {
            Span<float> to = _destination.Slice(index * columns, columns);
            row.CopyTo(to);
            Scores.Apply(function, to);
        }

        public void TakeEmpty(int index)
        {
            Span<float> to = _destination.Slice(index * columns, columns);
            to.Clear();
            Scores.Apply(function, to);
        }
    }
}
