using Sextant.Heads;
using Sextant.Models;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant;

/// <summary>
/// A late-interaction model (ColBERT, Khattab and Zaharia, SIGIR 2020): a vector for each token of a text. A query and
/// a document are as near as MaxSim says: for each vector of the query the largest dot product with one of the
/// document's, added up.
/// </summary>
/// <remarks>
/// Thread-safe, as <see cref="EmbeddingModel"/> is: any number of threads may call any member; each call in flight has
/// its own working memory. The vectors of a text are the same bits in any batch, order and number of threads. Disposed
/// meanwhile, it lets calls in flight come to their end and refuses others.
/// </remarks>
public sealed class MultiVectorEncoder : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ModelCalls _calls;
    private readonly MultiVectorPlan _plan;
    private readonly Lazy<(RoleReader Reader, TokenFilter Filter)> _query;
    private readonly Lazy<(RoleReader Reader, TokenFilter Filter)> _document;
    private ModelCard? _card;

    private MultiVectorEncoder(LoadedModel model, MultiVectorPlan plan, int queryTokens, Truncation truncation)
    {
        (_model, _plan, MaxQueryTokens) = (model, plan, queryTokens);
        _calls = new ModelCalls(model, truncation, nameof(MultiVectorEncoder));
        // A tokenizer that cannot be read is told by every call.
        _query = new(() => Side(plan.Query, Prompt.Query, MaxQueryTokens, plan.Skips.Query, null),
            LazyThreadSafetyMode.PublicationOnly);
        _document = new(() => Side(plan.Document, Prompt.Document, MaxTokens, plan.Skips.Document, plan.Kept),
            LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>What was loaded.</summary>
    public ModelCard Card => _card ??= Describe();

    /// <summary>Length of a vector.</summary>
    public int Dimensions => _model.Head.Dimensions;

    /// <summary>
    /// Maximum number of tokens of a document, special tokens included; what is beyond is cut, and reported.
    /// </summary>
    public int MaxTokens => _model.Card.MaxTokens;

    /// <summary>
    /// Maximum number of tokens of a query, special tokens included; what is beyond is cut, and reported. Where the
    /// model fills queries up, shorter ones have this many vectors, or as many as its expansion says.
    /// </summary>
    public int MaxQueryTokens { get; }

    /// <summary>
    /// Whether a score is MaxSim divided by the number of the query's vectors (similarity_fn_name meanmaxsim).
    /// </summary>
    public bool IsMeanScore => _plan.IsMean;

    /// <summary>The tokenizer in the model's folder, loaded on first use.</summary>
    /// <exception cref="InvalidModelException">
    /// The folder has none, or it is not supported or does not fit the model.
    /// </exception>
    public Tokenizer Tokenizer => _calls.Tokenizer;

    /// <summary>
    /// Loads a folder of sentence-transformers' MultiVectorEncoder, of PyLate, or of ColBERT's own code.
    /// </summary>
    /// <exception cref="InvalidModelException">
    /// A file is missing, damaged, or says something that is not supported.
    /// </exception>
    /// <exception cref="UnsupportedRequestException">An option is not supported.</exception>
    public static MultiVectorEncoder Load(string path, MultiVectorOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = HubCache.Resolve(path);
        options ??= new MultiVectorOptions();
        MultiVectorPlan plan = MultiVectorModules.Read(path);
        (LoadedModel model, int queryTokens, _) = MultiVectorLoading.Load(path, plan, options.Common);
        return new MultiVectorEncoder(model, plan, queryTokens, options.Truncation);
    }

    /// <summary>
    /// Puts the vectors of what is searched for into <paramref name="destination"/>, in the order given; its former
    /// content is replaced. The model's prefix, expansion and limits for queries hold.
    /// </summary>
    /// <param name="texts">Any number of texts.</param>
    /// <param name="destination">Where the vectors go.</param>
    /// <param name="prompt">What is put before each text; the default is the model's prompt for queries.</param>
    /// <param name="reports">Where to say what became of each text, the tokens that fill a query up not counted: as
    /// many as texts, or empty.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <exception cref="TextTooLongException">
    /// A text is too long and the policy is <see cref="Truncation.Error"/>.
    /// </exception>
    /// <exception cref="NonFiniteEmbeddingException">The weights overflow on a text.</exception>
    public void EmbedQueries(
        IReadOnlyList<string> texts, MultiVectors destination, Prompt prompt = default,
        Span<TextReport> reports = default, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default) =>
        Embed(texts, destination, prompt, _query, reports, progress, cancellationToken);

    /// <summary>
    /// The same of what is searched in: the model's prefix, skip list and limits for documents hold.
    /// </summary>
    /// <inheritdoc cref="EmbedQueries"/>
    public void EmbedDocuments(
        IReadOnlyList<string> texts, MultiVectors destination, Prompt prompt = default,
        Span<TextReport> reports = default, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default) =>
        Embed(texts, destination, prompt, _document, reports, progress, cancellationToken);

    /// <summary>
    /// The same of token sequences, used as given: nothing is added, and every token has a vector.
    /// </summary>
    /// <exception cref="InvalidTokensException">A sequence is empty, or an id does not fit the model.</exception>
    public void EmbedTokens(
        IReadOnlyList<TokenSequence> sequences, MultiVectors destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(destination);
        destination.Begin(sequences.Count, Dimensions);
        _calls.Run(new SequenceInputs(sequences), new KeptRows(destination, TokenFilter.All), reports, progress,
            cancellationToken);
    }

    /// <summary>
    /// The documents' numbers and scores, best first, equal ones in the order given. A score is MaxSim of the query's
    /// vectors and the document's, or its mean (<see cref="IsMeanScore"/>); the logit is MaxSim itself. Memory does not
    /// grow with the documents' vectors, which are scored as they come.
    /// </summary>
    /// <param name="query">What is searched for.</param>
    /// <param name="documents">What is searched in.</param>
    /// <param name="most">How many to return at most.</param>
    /// <param name="reports">Where to say what became of each document: as many as documents, or empty.</param>
    /// <param name="progress">Told how many documents are done.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <inheritdoc cref="EmbedQueries" path="/exception"/>
    public RankedDocument[] Rank(
        string query, IReadOnlyList<string> documents, int most = int.MaxValue, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        var vectors = new MultiVectors();
        EmbedQueries([query], vectors, cancellationToken: cancellationToken);
        var scores = new float[documents.Count];
        (RoleReader reader, TokenFilter filter) = _document.Value;
        _calls.Run(new RoleInputs(documents, Prompt.Default, reader),
            new ScoredRows(vectors[0], Dimensions, filter, scores), reports, progress, cancellationToken);
        float divisor = IsMeanScore ? Math.Max(1, vectors[0].Length / Dimensions) : 1;
        RankedDocument[] ranked = RankedDocument.Best(scores, ScoreFunction.None, most);
        return divisor == 1
            ? ranked : Array.ConvertAll(ranked, one => one with { Score = one.Logit / divisor });
    }

    /// <summary>Frees the weights and the working memory.</summary>
    public void Dispose() => _calls.Dispose();

    private void Embed(
        IReadOnlyList<string> texts, MultiVectors destination, Prompt prompt,
        Lazy<(RoleReader Reader, TokenFilter Filter)> side, Span<TextReport> reports, IProgress<int>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(destination);
        (RoleReader reader, TokenFilter filter) = side.Value;
        destination.Begin(texts.Count, Dimensions);
        _calls.Run(
            new RoleInputs(texts, prompt, reader), new KeptRows(destination, filter), reports, progress, cancellation);
    }

    private (RoleReader Reader, TokenFilter Filter) Side(
        TextRole role, Prompt prompt, int maxTokens, bool skips, IReadOnlyList<int>? kept) => (
        new RoleReader(_plan, role, _plan.HasPrefixes ? Prompt.Default : prompt, _calls.Reader, maxTokens),
        TokenFilter.Of(_plan, skips, kept, Tokenizer, _model.Card.VocabularySize));

    // With what only the tokenizer tells.
    private ModelCard Describe()
    {
        ModelCard card = _calls.Card;
        if (_plan.SkippedWords.Count == 0 || !Tokenizer.ExistsIn(_model.TokenizerFolder))
            return card;
        string[] unknown = [.. _plan.SkippedWords.Where(word => !Tokenizer.TryGetId(word, out _))];
        return unknown.Length == 0 ? card : card with
        {
            Notes =
            [
                .. card.Notes,
                $"The tokenizer has no token {MessageText.Words(unknown)}, which the skip list names.",
            ],
        };
    }

    private readonly struct KeptRows(MultiVectors destination, TokenFilter filter) : IRowSink
    {
        public void Take(int index, ReadOnlySpan<int> ids, ReadOnlySpan<float> row) =>
            filter.Copy(ids, row, destination.Add(index, filter.Count(ids) * destination.Dimensions));

        public void TakeEmpty(int index) => destination.Add(index, 0);
    }

    private readonly ref struct ScoredRows(
        ReadOnlySpan<float> query, int dimensions, TokenFilter filter, Span<float> scores) : IRowSink
    {
        private readonly ReadOnlySpan<float> _query = query;
        private readonly Span<float> _scores = scores;

        public void Take(int index, ReadOnlySpan<int> ids, ReadOnlySpan<float> row)
        {
            float[] kept = System.Buffers.ArrayPool<float>.Shared.Rent(row.Length);
            Span<float> vectors = kept.AsSpan(0, filter.Count(ids) * dimensions);
            filter.Copy(ids, row, vectors);
            _scores[index] = MultiVectors.MaxSim(_query, vectors, dimensions);
            System.Buffers.ArrayPool<float>.Shared.Return(kept);
        }

        public void TakeEmpty(int index) => _scores[index] = MultiVectors.MaxSim(_query, default, dimensions);
    }
}
