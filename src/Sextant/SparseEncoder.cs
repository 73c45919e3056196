using Sextant.Heads;
using Sextant.Kernels.Elementary;
using Sextant.Models;
using Sextant.Tokens;
using Sextant.Weights;

namespace Sextant;

/// <summary>
/// A sparse encoder (SPLADE, Formal et al., 2021): a text's weight for each token of the vocabulary is log(1 +
/// relu(x)), x being the largest score that the model's masked-language head gives that token at any position of the
/// text; where the folder asks for log1p_relu, the logarithm of one more than that; where it asks for sum, the sum over
/// the positions (Formal et al., "SPLADE", SIGIR 2021).
/// </summary>
/// <remarks>
/// Thread-safe, as <see cref="EmbeddingModel"/> is: any number of threads may call any member; each call in flight has
/// its own working memory, which does not grow with the number of texts nor as tokens × vocabulary. The weights of a
/// text are the same bits in any batch, order and number of threads. Disposed meanwhile, it lets calls in
/// flight come to their end and refuses others.
/// </remarks>
public sealed class SparseEncoder : IDisposable
{
    private readonly LoadedModel _model;
    private readonly ModelCalls _calls;
    private readonly int _maxTerms;
    private readonly bool _isDamped;
    private readonly Truncation _truncation;
    private readonly TokenHead? _summed;
    private readonly QueryTable? _queries;

    private SparseEncoder(
        LoadedModel model, SparseOptions options, bool isDamped, TokenHead? summed, QueryTable? queries)
    {
        (_isDamped, _truncation, _summed, _queries) = (isDamped, options.Truncation, summed, queries);
        _model = model;
        _maxTerms = options.MaxTerms ?? int.MaxValue;
        _calls = new ModelCalls(model, options.Truncation, nameof(SparseEncoder));
    }

    /// <summary>What was loaded.</summary>
    public ModelCard Card => _calls.Card;

    /// <summary>
    /// Whether queries are looked up in a table of weights and cost no pass of the model
    /// (<see cref="EmbedQueries"/>); else they are encoded as documents are.
    /// </summary>
    public bool AreQueriesLookedUp => _queries is not null;

    /// <summary>Terms there can be: ids are below this.</summary>
    public int VocabularySize => _model.Head.Dimensions;

    /// <summary>
    /// Maximum number of tokens of a text, special tokens included; what is beyond is cut, and reported.
    /// </summary>
    public int MaxTokens => _model.Card.MaxTokens;

    /// <summary>The tokenizer in the model's folder, loaded on first use; it tells the terms' texts.</summary>
    /// <exception cref="InvalidModelException">
    /// The folder has none, or it is not supported or does not fit the model.
    /// </exception>
    public Tokenizer Tokenizer => _calls.Tokenizer;

    /// <summary>
    /// Loads a model folder whose checkpoint has a masked-language head, plain or as sentence-transformers writes it.
    /// </summary>
    /// <exception cref="InvalidModelException">A file is missing, damaged, has no such head, or says something that is
    /// not supported.</exception>
    /// <exception cref="UnsupportedRequestException">The family's head or an option is not supported.</exception>
    public static SparseEncoder Load(string path, SparseOptions? options = null) => Load(path, options, null);

    internal static SparseEncoder Load(string path, SparseOptions? options, int? blockRows)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = HubCache.Resolve(path);
        options ??= new SparseOptions();
        if (options.MaxTerms < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxTerms, "At least one term is needed.");
        SparsePlan plan = SparseModules.Read(path);
        TokenHead? loaded = null;
        LoadedModel model = HeadLoading.Load(
            path, (plan.Transformer, plan.Settings, plan.Notes), options.Common,
            config => HeadCatalog.Find(HeadCatalog.MaskedLanguage, "a masked-language head", config),
            (_, head) => new SpladeHead(loaded = head, blockRows), perVocabulary: true);
        try
        {
            return new SparseEncoder(model, options, plan.IsDamped, plan.IsSum ? loaded : null,
                plan.QueryTable is null ? null : new QueryTable(plan.QueryTable, model.Head.Dimensions));
        }
        catch
        {
            model.Backend.Dispose();
            throw;
        }
    }

    /// <summary>The terms of a text, ascending by id, in a new array.</summary>
    public TermWeight[] Embed(string text, Prompt prompt = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var vectors = new SparseVectors();
        Embed([text], vectors, prompt, cancellationToken: cancellationToken);
        return vectors[0].ToArray();
    }

    /// <summary>
    /// Puts the vectors of texts into <paramref name="destination"/>, in the order given; its former content is
    /// replaced.
    /// </summary>
    /// <param name="texts">Any number of texts.</param>
    /// <param name="destination">Where the vectors go.</param>
    /// <param name="prompt">What is put before each text.</param>
    /// <param name="reports">Where to say what became of each text: as many as texts, or empty.</param>
    /// <param name="progress">Told how many texts are done.</param>
    /// <param name="cancellationToken">Looked at between blocks of products and of attention.</param>
    /// <exception cref="TextTooLongException">
    /// A text is too long and the policy is <see cref="Truncation.Error"/>.
    /// </exception>
    /// <exception cref="NonFiniteEmbeddingException">The weights overflow on a text.</exception>
    public void Embed(
        IReadOnlyList<string> texts, SparseVectors destination, Prompt prompt = default,
        Span<TextReport> reports = default, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(destination);
        Run(new TextInputs(texts, prompt), destination, reports, progress, cancellationToken);
    }

    /// <summary>
    /// The same of what is searched for: looked up in a table where the model has one, each token that occurs with its
    /// weight, without special tokens; else encoded with the model's prompt for queries.
    /// </summary>
    /// <inheritdoc cref="Embed(IReadOnlyList{string}, SparseVectors, Prompt, Span{TextReport}, IProgress{int}?,
    /// CancellationToken)"/>
    public void EmbedQueries(
        IReadOnlyList<string> texts, SparseVectors destination, Prompt prompt = default,
        Span<TextReport> reports = default, IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(destination);
        if (prompt == Prompt.Default)
            prompt = Prompt.Query;
        if (_queries is null)
        {
            Embed(texts, destination, prompt, reports, progress, cancellationToken);
            return;
        }
        if (!reports.IsEmpty && reports.Length < texts.Count)
        {
            throw new ArgumentException(
                $"{texts.Count} reports are needed; there are {reports.Length}.", nameof(reports));
        }
        destination.Begin(texts.Count);
        _queries.Embed(texts, _model.Prompts.TextOf(prompt), _truncation, _maxTerms, destination, reports,
            cancellationToken);
        progress?.Report(texts.Count);
    }

    /// <summary>The same for token sequences, used as given.</summary>
    /// <exception cref="InvalidTokensException">A sequence is empty, or an id does not fit the model.</exception>
    public void EmbedTokens(
        IReadOnlyList<TokenSequence> sequences, SparseVectors destination, Span<TextReport> reports = default,
        IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        ArgumentNullException.ThrowIfNull(destination);
        Run(new SequenceInputs(sequences), destination, reports, progress, cancellationToken);
    }

    /// <summary>Texts as the model will see them, for a later call.</summary>
    internal EncodedInput[] Encode(
        IReadOnlyList<string> texts, Prompt prompt, Truncation truncation, CancellationToken cancellation) =>
        _calls.Encode(new TextInputs(texts, prompt), truncation, cancellation);

    /// <summary>Vectors of what was encoded.</summary>
    internal void Embed(
        IReadOnlyList<EncodedInput> inputs, SparseVectors destination, CancellationToken cancellation)
    {
        Run(new EncodedInputs(inputs), destination, default, null, cancellation);
    }

    /// <summary>Frees the weights and the working memory.</summary>
    public void Dispose() => _calls.Dispose();

    private void Run<TInputs>(
        TInputs inputs, SparseVectors destination, Span<TextReport> reports, IProgress<int>? progress,
        CancellationToken cancellation)
        where TInputs : struct, ICallInputs
    {
        destination.Begin(inputs.Count);
        if (_summed is { } head)
            RunSums(head, inputs, destination, reports, progress, cancellation);
        else
            _calls.Run(inputs, new SparseRows(destination, _maxTerms, _isDamped), reports, progress, cancellation);
    }

    // One text after the other: sums of logarithms are no op of a backend, so scores are fetched block by block.
    private void RunSums<TInputs>(
        TokenHead head, TInputs inputs, SparseVectors destination, Span<TextReport> reports, IProgress<int>? progress,
        CancellationToken cancellation)
        where TInputs : struct, ICallInputs
    {
        var sink = new SparseRows(destination, _maxTerms, _isDamped) { AreWeights = true };
        var sums = new float[VocabularySize];
        EncodedInput[] encoded = _calls.Encode(inputs, _truncation, cancellation);
        for (int i = 0; i < encoded.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (!reports.IsEmpty)
                reports[i] = encoded[i].Report;
            if (encoded[i].Ids.Length == 0)
            {
                sink.TakeEmpty(i);
                continue;
            }
            Array.Clear(sums);
            _calls.RunSequence(new TokenSequence(encoded[i].Ids, encoded[i].TypeIds),
                (runner, session, to) => runner.RunTokens(session, head, new SummedWeights(sums, _isDamped).Add), sums);
            if (Array.Exists(sums, sum => !float.IsFinite(sum)))
                throw new NonFiniteEmbeddingException(i);
            sink.Take(i, encoded[i].Ids, sums);
            progress?.Report(i + 1);
        }
    }

    // Σ over tokens of their weights, a chain for each term in the order of the tokens.
    private readonly struct SummedWeights(float[] sums, bool isDamped)
    {
        public void Add(ReadOnlySpan<float> rows)
        {
            for (int at = 0; at < rows.Length; at += sums.Length)
            {
                for (int id = 0; id < sums.Length; id++)
                {
                    float score = rows[at + id];
                    if (!(score <= 0))
                        sums[id] += WeightOf(score, isDamped);
                }
            }
        }
    }

    private static float WeightOf(float score, bool isDamped)
    {
        float weight = ElementaryDouble.LogOnePlus(score);
        return isDamped ? ElementaryDouble.LogOnePlus(weight) : weight;
    }

    // Maxima over tokens to terms: the logarithm is taken of what is above zero only.
    private readonly struct SparseRows(SparseVectors destination, int most, bool isDamped) : IRowSink
    {
        /// <summary>Whether the logarithm is taken already.</summary>
        public bool AreWeights { get; init; }

        public void Take(int index, ReadOnlySpan<int> ids, ReadOnlySpan<float> row)
        {
            int count = 0;
            foreach (float value in row)
                count += value > 0 ? 1 : 0;
            Span<TermWeight> terms = destination.Reserve(count);
            int next = 0;
            for (int id = 0; id < row.Length; id++)
            {
                if (row[id] > 0)
                    terms[next++] = new TermWeight(id, row[id]);
            }
            if (count > most)
            {
                // The logarithm keeps the order, so the largest maxima are the largest weights; ties go to the smaller
                // id.
                terms.Sort(static (a, b) => a.Weight != b.Weight ? b.Weight.CompareTo(a.Weight) : a.Id.CompareTo(b.Id));
                terms = terms[..most];
                terms.Sort(static (a, b) => a.Id.CompareTo(b.Id));
            }
            foreach (ref TermWeight term in AreWeights ? default : terms)
                term = term with { Weight = WeightOf(term.Weight, isDamped) };
            destination.Set(index, terms.Length);
        }

        public void TakeEmpty(int index) => destination.Set(index, 0);
    }
}
